internal import CCurl
internal import Glibc

/// The loop that the client's thread runs. All of its methods are called on that thread only.
final class CurlLoop {
    private let multi: CurlMulti
    private let inbox: CurlInbox
    private let options: CurlClient.Options
    private var running: [UnsafeMutableRawPointer: CurlTransfer] = [:]
    /// The handles that can be reused. There are at most as many as transfers ran at the same time.
    private var idle: [CurlTransfer] = []

    init(multi: CurlMulti, inbox: CurlInbox, options: CurlClient.Options) {
        self.multi = multi
        self.inbox = inbox
        self.options = options
    }

    func run() {
        while true {
            let batch = inbox.take()
            if batch.isStopped { return stop(batch) }
            batch.jobs.forEach(start)
            batch.cancelled.forEach(cancel)
            var stillRunning: Int32 = 0
            check(curl_multi_perform(multi.pointer, &stillRunning))
            harvest()
            check(curl_multi_poll(multi.pointer, nil, 0, 60_000, nil))
        }
    }

    private func stop(_ batch: CurlInbox.Batch) {
        for job in batch.jobs { end(job, .failure(.stopped)) }
        failAll(.stopped)
        idle.removeAll()
    }

    private func start(_ job: CurlJob) {
        guard let transfer = idle.popLast() ?? CurlTransfer(options) else {
            return end(job, .failure(CurlError(CURLE_OUT_OF_MEMORY, text: "")))
        }
        if let error = transfer.prepare(job) { return end(job, .failure(error)) }
        let code = curl_multi_add_handle(multi.pointer, transfer.easy)
        guard code == CURLM_OK else { return end(job, .failure(CurlError(code))) }
        running[transfer.easy] = transfer
    }

    private func cancel(_ id: UInt64) {
        guard let transfer = running.values.first(where: { $0.job?.id == id }) else { return }
        finish(transfer, .failure(.cancelled))
    }

    /// Ends the transfers that libcurl has completed.
    private func harvest() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.pointer, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let transfer = running[easy]
            else { continue }
            finish(transfer, transfer.outcome(of: message.pointee.data.result))
        }
    }

    private func finish(_ transfer: CurlTransfer, _ outcome: CurlJob.Outcome) {
        running[transfer.easy] = nil
        _ = curl_multi_remove_handle(multi.pointer, transfer.easy)
        let job = transfer.job
        transfer.clear()
        idle.append(transfer)
        if let job { end(job, outcome) }
    }

    private func end(_ job: CurlJob, _ outcome: CurlJob.Outcome) {
        inbox.finished()
        job.continuation.resume(returning: outcome)
    }

    private func failAll(_ error: CurlError) {
        for transfer in Array(running.values) { finish(transfer, .failure(error)) }
    }

    /// Handles an error of the multi handle itself, such as missing memory or descriptors. All running transfers fail, and a
    /// pause of 100 ms keeps the loop from spinning.
    private func check(_ code: CURLMcode) {
        guard code != CURLM_OK else { return }
        failAll(CurlError(code))
        _ = Glibc.poll(nil, 0, 100)
    }
}
