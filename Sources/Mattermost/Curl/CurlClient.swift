internal import Access
internal import Glibc

/// An HTTP client over libcurl's multi interface. libcurl runs on a thread of its own and reuses connections.
final class CurlClient: Sendable {
    struct Options: Sendable {
        /// A PEM file with the certificate authorities to trust instead of the system's; nil for the system's.
        var caFile: String?
        /// The way to the server.
        enum Way: Sendable {
            /// The proxy that the environment names, by libcurl's own rules.
            case asInEnvironment
            case direct
            case proxy(HTTPProxy)
        }

        var way = Way.asInEnvironment
        /// Whether the server is on this machine: its certificate is then not verified.
        var isOnOwnMachine = false
        /// The largest body of an answer, in bytes.
        var maxBody = 8 << 20
        var connectTimeLimit = Duration.seconds(5)
        /// The largest number of calls in progress; a call beyond it fails at once.
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

    /// Makes the call. It returns within the call's time limit, and earlier when the task is cancelled or the client is shut
    /// down.
    func perform(_ call: HTTPCall) async throws(CurlError) -> HTTPAnswer {
        let id = inbox.nextID()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<CurlJob.Outcome, Never>) in
                if let refusal = inbox.add(CurlJob(id: id, call: call, continuation: continuation)) {
                    return continuation.resume(returning: .failure(refusal))
                }
                // The cancellation handler below may have run before the job was in the inbox.
                if Task.isCancelled { cancel(id) } else { multi.wakeUp() }
            }
        } onCancel: {
            cancel(id)
        }
        return try outcome.get()
    }

    /// Fails the calls in progress, and every later call at once. The thread ends soon afterwards.
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

/// The parts that the new thread takes over.
private final class CurlThreadStart: Sendable {
    let multi: CurlMulti
    let inbox: CurlInbox
    let options: CurlClient.Options

    init(multi: CurlMulti, inbox: CurlInbox, options: CurlClient.Options) {
        self.multi = multi
        self.inbox = inbox
        self.options = options
    }

    /// Starts the thread. Returns false when the system cannot create one.
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

    /// Blocks all signals on this thread. A SIGPIPE from a socket then stays pending without effect, and the other signals are
    /// delivered to the rest of the process.
    private static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}
