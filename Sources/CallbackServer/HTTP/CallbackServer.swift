package import Access
package import ActionCrypto
package import Logging
package import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// The HTTP server that Mattermost calls when somebody clicks a button or submits a dialog. It serves a few fixed routes on one
/// event loop. Only a click or a dialog whose signature is valid leaves that loop, for the decision, which runs on a task of
/// its own. That task has a high priority, because Mattermost waits for the answer for 3 s only.
package struct CallbackServer: Service {
    /// Checks the signature of a button's context against the channel from which the click came. It runs on the event loop, so
    /// it must not block.
    package typealias Verify = @Sendable (_ context: ActionContext, _ channelID: String) -> Verification
    /// Sends the reply to the client. Only the first call has an effect.
    package typealias Respond = @Sendable (ClickReply<[UInt8]>) -> Void
    /// Decides on a verified click, on a task of its own. It may call `Respond` early and continue to work: the click counts
    /// towards ``Limits/maxDecisions`` until the function returns.
    package typealias Decide = @Sendable (VerifiedClick, Respond) async -> Void

    let configuration: Configuration
    let verify: Verify
    let readiness: @Sendable () -> Readiness
    let logger: Logger
    private let decide: Decide
    let eventLoop: any EventLoop
    let dialogs: Dialogs?
    let pages: Pages?
    let observe: Happening.Observe
    let refused: @Sendable (RefusedCallback) -> Void
    let bound: @Sendable (SocketAddress) -> Void
    private let trim: MemoryTrim

    /// - Parameters:
    ///   - group: one of its event loops serves all connections, because more loops brought no gain when measured. All time
    ///     limits use the clock of that loop.
    ///   - verify: checks each click.
    ///   - readiness: is called on the event loop for every `/readyz`, so it must not block.
    ///   - bound: is called once with the bound address, for callers that asked for any free port.
    ///   - trim: gives memory back after a burst, while the server runs.
    ///   - dialogs: handles the submissions of dialogs; nil if no dialog is opened.
    ///   - refused: is called on the event loop with each refused callback for the audit, a bounded number of times per minute.
    ///   - pages: the server's own pages. A server that has some serves nothing else.
    ///   - observe: is told on the event loop of handshakes, requests and refusals.
    ///   - decide: decides on each verified click.
    package init(
        configuration: Configuration, group: any EventLoopGroup, logger: Logger, verify: @escaping Verify,
        readiness: @escaping @Sendable () -> Readiness, bound: @escaping @Sendable (SocketAddress) -> Void = { _ in },
        trim: MemoryTrim = MemoryTrim(), dialogs: Dialogs? = nil,
        refused: @escaping @Sendable (RefusedCallback) -> Void = { _ in }, pages: Pages? = nil,
        observe: @escaping Happening.Observe = Happening.unobserved, decide: @escaping Decide
    ) {
        var configuration = configuration
        configuration.limits.maxConnections = OpenFiles.connections(
            configuration.limits.maxConnections, files: OpenFiles.raiseLimit())
        self.configuration = configuration
        self.logger = logger
        self.verify = verify
        self.readiness = readiness
        self.decide = decide
        self.bound = bound
        self.trim = trim
        self.dialogs = dialogs
        self.refused = refused
        self.pages = pages
        self.observe = observe
        eventLoop = group.next()
    }

    /// Serves until graceful shutdown, and then lets the replies in flight finish. When the task is cancelled instead, it
    /// closes all connections at once. Throws ``ListenError`` when the address cannot be bound.
    package func run() async throws {
        let queue = ClickQueue(limit: configuration.limits.maxDecisions)
        let running = try await start(queue, trim)
        await withTaskGroup { group in
            group.addTask { await trim.run() }
            await serve(queue, running)
            group.cancelAll()
        }
    }

    private func serve(_ queue: ClickQueue, _ running: RunningListener) async {
        await withDiscardingTaskGroup { group in
            await withTaskCancellationHandler {
                await withGracefulShutdownHandler {
                    for await job in queue.jobs {
                        group.addTask(priority: .high) { await finish(job, queue, running) }
                    }
                } onGracefulShutdown: {
                    running.stop(within: TimeAmount(configuration.limits.drain))
                }
            } onCancel: {
                running.stop(within: .zero)
            }
        }
    }

    private func finish(_ job: ClickQueue.Job, _ queue: ClickQueue, _ running: RunningListener) async {
        let respond: Respond = { running.answer($0, job.ticket) }
        switch job.call {
        case .click(let click): await decide(click, respond)
        case .page(let path):
            if let pages { running.answer(await pages.make(path), job.ticket) }
        case .dialog(let submission):
            if let dialogs { await dialogs.decide(submission, respond) } else { respond(.answer(Array("{}".utf8))) }
        }
        queue.finishedOne()
    }
}
