internal import Access
internal import Glibc

/// HTTP over libcurl's multi interface on one thread of its own. Connections are kept and used again.
final class CurlClient: Sendable {
    struct Options: Sendable {
        /// PEM file of the authorities to trust instead of the system's.
        var caFile: String?
        /// Bytes.
        var maxBody = 8 << 20
        var connectTimeLimit = Duration.seconds(5)
        /// Open at once; one more fails at once.
        var maxCalls = 256
    }

    private let multi: CurlMulti
    private let inbox: CurlInbox

    init(_ options: Options = Options()) throws(CurlError) {
        guard let multi = CurlMulti(keptConnections: 64) else {
            throw CurlError(code: .network, description: "libcurl could not be set up")
        }
        self.multi = multi
        inbox = CurlInbox(capacity: options.maxCalls)
        let start = CurlThreadStart(multi: multi, inbox: inbox, options: options)
        guard start.run() else { throw CurlError(code: .network, description: "no thread for libcurl") }
    }

    deinit { shutdown() }

    /// Ends within the call's time limit, or when the task is cancelled, or at a shutdown.
    func perform(_ call: HTTPCall) async throws(CurlError) -> HTTPAnswer {
        let id = inbox.nextID()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<CurlJob.Outcome, Never>) in
                if let refusal = inbox.add(CurlJob(id: id, call: call, continuation: continuation)) {
                    return continuation.resume(returning: .failure(refusal))
                }
                // The handler below may have run before the job was there to be cancelled.
                if Task.isCancelled { cancel(id) } else { multi.wakeUp() }
            }
        } onCancel: {
            cancel(id)
        }
        return try outcome.get()
    }

    /// Fails what is in flight, and every later call at once. The thread ends by itself soon after.
    func shutdown() {
        inbox.stop()
        multi.wakeUp()
    }

    private func cancel(_ id: UInt64) {
        if let job = inbox.cancel(id) {
            job.continuation.resume(returning: .failure(.cancelled))
        } else {
            multi.wakeUp()
        }
    }
}

/// What the new thread is handed.
private final class CurlThreadStart: Sendable {
    let multi: CurlMulti
    let inbox: CurlInbox
    let options: CurlClient.Options

    init(multi: CurlMulti, inbox: CurlInbox, options: CurlClient.Options) {
        self.multi = multi
        self.inbox = inbox
        self.options = options
    }

    /// False when the system has no thread to give.
    func run() -> Bool {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<CurlThreadStart>.fromOpaque(argument).takeRetainedValue()
                CurlThreadStart.blockSignals()
                CurlLoop(multi: start.multi, inbox: start.inbox, options: start.options).run()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// SIGPIPE from a socket stays pending here and harms nobody; the others are for the rest of the process.
    private static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}
