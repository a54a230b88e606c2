import Base
import Logging
import NIOCore

/// The state that the connections of one event loop share: the limits, the table of connections, and the checks that every
/// click and every dialog has to pass. It is used on that loop only.
final class Listener {
    let limits: CallbackServer.Limits
    /// The certificate; nil for plain HTTP.
    let tls: ListenerCertificate?
    let policy: RequestPolicy
    let verify: CallbackServer.Verify
    let readiness: @Sendable () -> Readiness
    let queue: ClickQueue
    let dialogs: CallbackServer.Dialogs?
    let trim: MemoryTrim
    let table: ConnectionTable
    let proxies: AddressRanges
    let showsReasonsToAll: Bool
    private let eventLoop: any EventLoop
    var replies = ReplyRenderer()
    private var refusals: RefusalLog
    private var ledger: SourceLedger
    /// Whether ``writeCounts()`` is scheduled for the end of the minute.
    private var countsAreDue = false

    init(_ server: CallbackServer, queue: ClickQueue, trim: MemoryTrim, on eventLoop: any EventLoop) {
        let configuration = server.configuration
        limits = configuration.limits
        tls = configuration.tls
        policy = RequestPolicy(
            routes: Routes(pathPrefix: configuration.pathPrefix), basicAuth: configuration.basicAuth,
            allowedSources: configuration.allowedSources, bodyLimit: configuration.limits.bodyBytes)
        verify = server.verify
        readiness = server.readiness
        self.queue = queue
        dialogs = server.dialogs
        self.trim = trim
        proxies = configuration.trustedProxies
        showsReasonsToAll = configuration.showsReasonsToAll
        self.eventLoop = eventLoop
        table = ConnectionTable(eventLoop: eventLoop, limits: limits, proxies: configuration.trustedProxies)
        refusals = RefusalLog(logger: server.logger, audit: server.refused)
        ledger = SourceLedger(limits: limits)
    }

    /// The current time of the clock that all limits use. Only this property and the table's ticker read the clock; everything
    /// else is passed the time.
    var now: NIODeadline { eventLoop.now }
}

// MARK: - Limits of a source

extension Listener {
    /// Counts a request that had no effect, against its source's limit. Returns its reply, or `.tooMany` when the source is
    /// over the limit.
    func limited(_ reply: FixedReply, from origin: IPAddress?) -> FixedReply {
        switch reply {
        case .busy, .late: reply
        case .alive: mayProbe(origin) ? reply : .tooMany
        case .forbidden: failed("[http] allowed_sources does not name its address", from: origin) ? reply : .tooMany
        case .unauthorized: failed("a wrong user or password of basic_auth, or none", from: origin) ? reply : .tooMany
        default: ledger.charge(origin?.source, .fruitlessRequest, at: now) ? reply : .tooMany
        }
    }

    /// Counts a probe. Returns false when its source is over the limit, because endless probes would take time from the clicks.
    func mayProbe(_ origin: IPAddress?) -> Bool { ledger.charge(origin?.source, .probe, at: now) }

    /// Logs a refused callback and counts it against its source's limit. Returns false when the source is over the limit.
    func failed(_ reason: String, from origin: IPAddress?, _ metadata: Logger.Metadata = [:]) -> Bool {
        note(reason, from: origin, metadata)
        return ledger.charge(origin?.source, .failedSignature, at: now)
    }

    /// Logs a refused callback that may come from a person. It is not counted against its source's limit.
    func note(_ reason: String, from origin: IPAddress?, _ metadata: Logger.Metadata) {
        refusals.refused(reason, from: Self.text(origin), metadata, at: now)
        scheduleCounts()
    }

    /// Adds a refused callback to the number that is logged at the end of the minute, without a line of its own.
    func count(from origin: IPAddress?) {
        refusals.counted(from: Self.text(origin), at: now)
        scheduleCounts()
    }

    private func scheduleCounts() {
        guard !countsAreDue else { return }
        countsAreDue = true
        eventLoop.assumeIsolated().scheduleTask(in: RefusalLog.window) { self.writeCounts() }
    }

    /// Logs the number of refusals that had no line of their own.
    func writeCounts() {
        countsAreDue = false
        refusals.endWindow(at: now)
    }

    static func text(_ origin: IPAddress?) -> String { origin.map { "\($0)" } ?? "unknown" }
}
