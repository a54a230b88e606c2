import Access
import ActionCrypto
import Foundation
import Logging
import NIOCore
import NIOEmbedded
import PluginTestSupport
import TestSupport
import Testing

@testable import CallbackServer
@testable import Clicks
@testable import Daemon
@testable import Log

@Suite("The lines that a flood of each route writes", .timeLimit(.minutes(1)))
struct RouteFloodTests {
    enum Flood: CaseIterable {
        case forged, malformed, dialog, unproven, tooOld, strange, unknown, probes
    }

    @Test(
        "A minute of a flood is a bounded number of lines, from one address or thousands, and every refusal is counted",
        arguments: Flood.allCases, [1, 3000])
    func routes(_ flood: Flood, sources: Int) throws {
        let (audited, logFile) = (AuditLines(), AuditFile())
        defer { logFile.remove() }
        let log = try LogDestination.file(logFile.path)
        let logger = Logger(label: "test") { _ in TextLogHandler(level: .debug, destination: log) }
        let audit = AuditLog(logger: logger, file: audited.write)
        let listener = try listener(logger) {
            audit.writeRefusedCallbacks(
                $0.count, from: $0.remote, because: $0.reason, claims: $0.metadata, at: .now)
        }
        for number in 0..<3000 {
            let source = number % sources
            pour(flood, number, from: IPAddress("10.1.\(source / 256).\(source % 256)"), listener)
        }
        listener.writeCounts()
        let isQuiet = flood == .unknown || flood == .probes
        let lines = try audited.lines()
        #expect(lines.reduce(0) { $0 + (Int($1["count"] ?? "") ?? 0) } == (isQuiet ? 0 : 3000))
        let most = isQuiet ? 0 : RefusalLog.total + RefusalLog.sources + 1
        #expect(lines.count <= most)
        #expect(audited.text.utf8.count <= most * (AuditLog.lineLimit + 200))
        #expect(try logFile.text().split(separator: "\n").count <= most)
        #expect(try logFile.text().utf8.count <= min(LineBudget.bytes, most * LineBudget.lineLimit))
    }

    private func listener(_ logger: Logger, _ refused: @escaping @Sendable (RefusedCallback) -> Void) throws -> Listener {
        let loop = EmbeddedEventLoop()
        let signer = try ActionSigner(secret: Secret(Array("a secret of the tests alone".utf8)))
        let server = CallbackServer(
            configuration: .init(address: ListenAddress(host: nil, port: 0)), group: loop, logger: logger,
            verify: { context, _ in Verification(signer.verify(context, cluster: "x", at: .now)) }, readiness: { Readiness() },
            dialogs: .init(open: { signer.open($0) }, decide: { $1(.answer([])) }), refused: refused,
            decide: { $1(.answer([])) })
        return Listener(server, queue: ClickQueue(limit: 1), trim: MemoryTrim(), on: loop)
    }

    private func pour(_ flood: Flood, _ number: Int, from origin: IPAddress?, _ listener: Listener) {
        let ticket = ReplyTicket(connection: 1, request: number)
        let worst = String(repeating: "\\u0001", count: 10)
        switch flood {
        case .forged:
            let context = #"{"v":"2","kid":"86eafe90","req_id":"r","action":"deny","signature":"\#(worst)"}"#
            let body = #"{"user_id":"\#(worst)","channel_id":"c","post_id":"p","trigger_id":"t","context":\#(context)}"#
            _ = listener.click(ByteBuffer(string: body), from: origin, ticket: ticket)
        case .malformed: _ = listener.click(ByteBuffer(string: "{\(number)"), from: origin, ticket: ticket)
        case .dialog:
            let body = #"{"state":"86eafe90.\#(number).x","user_id":"u","channel_id":"c"}"#
            _ = listener.dialog(ByteBuffer(string: body), from: origin, ticket: ticket)
        case .unproven:
            let metadata: Logger.Metadata = ["claimed_user_id": "\(String(repeating: "\u{301}", count: 5000))"]
            _ = listener.failed("the proof of who clicked does not match Mattermost's key", .proof, from: origin, metadata)
        case .tooOld: listener.count(from: origin)
        case .strange: _ = listener.limited(.forbidden, from: origin)
        case .unknown: _ = listener.limited(.notFound, from: origin)
        case .probes: _ = listener.limited(.alive, from: origin)
        }
    }
}
