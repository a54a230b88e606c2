package import Access
package import Logging
package import NIOCore
import NIOPosix
import Synchronization
import TeleportAPI

/// The client of Teleport's auth service. It makes the calls of ``AccessService`` over the one connection that
/// ``WatcherService`` keeps open, so that service has to run.
///
/// A call without a connection waits for the next one. Waiting and the call together take at most
/// ``TeleportConfiguration/callTimeout``. All members may be used from any thread. Errors are mapped to ``TeleportError`` here.
package final class TeleportClient: AccessService {
    package let configuration: TeleportConfiguration
    /// The calls that clicks make, which decide on the permissions that the role needs.
    let clicks: Live<TeleportConfiguration.Clicks>
    let slot = LinkSlot()
    let roleLogins = RoleLogins()
    let group: any EventLoopGroup
    let clock: any Clock<Duration>
    let logger: Logger
    let keeper: CredentialKeeper
    private let interceptors: CallInterceptors<TeleportError>
    let routes = Mutex(RouteOrder())
    let deniedCalls = DeniedCalls()
    let reports = Mutex(ReportedRequests())
    private let began = ContinuousClock.now
    /// Kinds of resources whose empty listing has already been logged.
    let kindsLoggedAsEmpty = Mutex<Set<String>>([])

    package init(
        configuration: TeleportConfiguration, logger: Logger,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, clock: any Clock<Duration> = ContinuousClock(),
        interceptors: CallInterceptors<TeleportError> = CallInterceptors(),
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now }
    ) {
        self.configuration = configuration
        clicks = Live(configuration.clicks)
        self.logger = logger
        self.group = group
        self.clock = clock
        self.interceptors = interceptors
        keeper = CredentialKeeper(configuration, logger: logger, now: now)
    }

    /// Looks for the permissions that these calls need from the next connection on.
    package func use(_ clicks: TeleportConfiguration.Clicks) { self.clicks.replace(with: clicks) }

    /// Reads the files of the credentials now, and not only after the interval.
    package func lookAtCredentials() { keeper.look() }

    package var clusterName: String? { slot.clusterName }
    package var webAddress: String? { configuration.webAddress ?? slot.webAddress }

    /// The state of the connection, the credentials and the role, for readiness.
    package var status: ConnectionStatus {
        var status = slot.status
        status.identityExpires = keeper.expires
        status.identityBegins = keeper.begins
        // Names of resources are not essential: without them cards show ids.
        status.notes = keeper.notes + deniedCalls.errors(of: [.listResources])
        status.denials = deniedCalls.errors(of: AuthCall.allCases.filter { $0 != .listResources })
        return status
    }

    package func reported(_ id: RequestID) -> AccessRequest? {
        reports.withLock { $0.take(id, at: .now - began, time: .now) }
    }

    /// Notes what an event of the watch tells of a request, for ``reported(_:)``.
    func note(_ event: WatchEvent, _ message: Proto_Event) {
        switch event {
        case .changed(_, .pending):
            guard let request = AccessRequest(message.accessRequest) else { return }
            reports.withLock { $0.saw(request, at: .now - began) }
        case .changed(let id, _), .deleted(let id): reports.withLock { $0.forget(id) }
        case .connected, .disconnected, .rulesChanged: break
        }
    }

    /// Makes a call with the interceptors around it. Every call is made by this function.
    ///
    /// - Parameter purpose: what the call does, for the interceptors. It is not needed for a read.
    func call<Answer: Sendable>(
        _ call: AuthCall, as purpose: ServerCall? = nil, _ body: @escaping @Sendable (Link) async throws -> Answer
    ) async throws(TeleportError) -> Answer {
        try await interceptors.run(purpose ?? .read(call.reading)) { () throws(TeleportError) in try await perform(call, body) }
    }

    /// Waits for a connection and makes the call, both within the call's time limit. A read whose connection ends is made again
    /// on the next connection. A write is not, because the server may have carried it out.
    private func perform<Answer: Sendable>(
        _ call: AuthCall, _ body: @escaping @Sendable (Link) async throws -> Answer
    ) async throws(TeleportError) -> Answer {
        do {
            let answer = try await within(configuration.callTimeout, on: group.any()) { [slot] in
                while let link = await slot.link() {
                    do {
                        return try await body(link)
                    } catch {
                        let failure = link.explain(error, during: call)
                        guard call.isRead, failure.code == .unavailable, !link.isActive, !Task.isCancelled else {
                            throw failure
                        }
                        slot.drop(link)
                    }
                }
                throw CancellationError()
            }
            deniedCalls.clear(call)
            return answer
        } catch let error as TeleportError {
            noteDenial(error, of: call)
            throw error
        } catch is DeadlinePassed {
            throw timedOut(call)
        } catch {
            // The caller gave up, as the look-up of names does after its time limit. That says nothing about the server.
            if Task.isCancelled { throw TeleportError(.cancelled, "\(call.rawValue): cancelled", cause: error) }
            throw TeleportError(.unavailable, "\(call.rawValue): the plugin is shutting down", cause: error)
        }
    }

    /// Logs a denied call once, and shows it in the readiness until the call succeeds. Calls that are not essential are left
    /// out: reading a role, because the plugin does not need it, a review, because it may be denied for one person only, and
    /// the calls about access lists, whose reminders report it.
    func noteDenial(_ error: TeleportError, of call: AuthCall) {
        guard error.code == .permissionDenied, call.isEssential, deniedCalls.note(error, of: call) else { return }
        logger.error("\(error.message)")
    }

    private func timedOut(_ call: AuthCall) -> TeleportError {
        if let failure = slot.status.lastFailure {
            return TeleportError(
                .unavailable, "\(call.rawValue): no connection to Teleport: \(failure.words)", mend: failure.mend,
                reason: failure.reason, cause: failure)
        }
        return TeleportError(
            .timedOut, "\(call.rawValue): no answer from Teleport at \(configuration.address) in \(configuration.callTimeout)")
    }
}
