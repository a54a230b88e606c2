import Access
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
    /// Tells from whom clicks and dialogs are taken. A request reads it once, when its head has arrived.
    let admission: Live<CallbackServer.Admission>
    let showsReasons: Bool
    let observe: Happening.Observe
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
            routes: Routes(pathPrefix: configuration.pathPrefix, pages: server.pages?.paths ?? []),
            bodyLimit: configuration.limits.bodyBytes)
        verify = server.verify
        readiness = server.readiness
        self.queue = queue
        dialogs = server.dialogs
        self.trim = trim
        admission = configuration.admission
        showsReasons = configuration.showsReasons
        observe = server.observe
        self.eventLoop = eventLoop
        table = ConnectionTable(eventLoop: eventLoop, limits: limits, admission: configuration.admission)
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
        case .busy, .late, .unavailable: return reply
        case .alive: return mayProbe(origin) ? reply : .tooMany
        case .forbidden:
            return failed("[http] allowed_sources does not name its address", .source, from: origin) ? reply : .tooMany
        case .unauthorized:
            return failed("a wrong user or password of basic_auth, or none", .password, from: origin) ? reply : .tooMany
        default:
            observe(.refusedCallback(.request))
            return charge(origin, .fruitlessRequest) ? reply : .tooMany
        }
    }

    private func charge(_ origin: IPAddress?, _ charge: SourceLedger.Charge) -> Bool {
        let isWithin = ledger.charge(origin?.source, charge, at: now)
        if !isWithin { observe(.refusedCallback(.rate)) }
        return isWithin
    }

    /// Counts a probe. Returns false when its source is over the limit, because endless probes would take time from the clicks.
    func mayProbe(_ origin: IPAddress?) -> Bool { charge(origin, .probe) }

    /// Logs a refused callback and counts it against its source's limit. Returns false when the source is over the limit.
    func failed(
        _ reason: String, _ refusal: CallbackRefusal, from origin: IPAddress?, _ metadata: Logger.Metadata = [:]
    ) -> Bool {
        note(reason, refusal, from: origin, metadata)
        return charge(origin, .failedSignature)
    }

    /// Logs a refused callback that may come from a person. It is not counted against its source's limit.
    func note(_ reason: String, _ refusal: CallbackRefusal, from origin: IPAddress?, _ metadata: Logger.Metadata) {
        observe(.refusedCallback(refusal))
        refusals.refused(reason, from: Self.text(origin), metadata, at: now)
        scheduleCounts()
    }

    /// Adds a refused callback to the number that is logged at the end of the minute, without a line of its own.
    func count(from origin: IPAddress?) {
        observe(.refusedCallback(.dialog))
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
