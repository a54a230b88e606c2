import Access
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import CallbackServer

@Suite("Pages of a private port", .timeLimit(.minutes(1))) struct PagesTests {
    /// Runs a server of the pages `/well` and `/ill`, and of `/never`, which is not made within the time limit.
    private func with(
        limits: CallbackServer.Limits = .init(), _ body: (RunningServer) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let pages = CallbackServer.Pages(paths: ["/well", "/ill", "/never"]) { path in
            if path == "/never" { await Self.untilStopped() }
            return .init("\(path)\n", isWell: path == "/well")
        }
        let server = CallbackServer(
            pages: pages, configuration: .init(address: ListenAddress(host: "127.0.0.1", port: 0), limits: limits),
            group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            bound: { port.yield($0.port ?? 0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let lifecycle = ServiceGroup(services: [], logger: Logger(label: "test"))
            if let port = await ports.first(where: { _ in true }) {
                try await body(RunningServer(port: port, lifecycle: lifecycle))
            }
            group.cancelAll()
        }
    }

    /// Waits until the server is stopped, which cancels the task.
    private static func untilStopped() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        defer { continuation.finish() }
        for await _ in stream {}
    }

    @Test("A page is made for each request, with its status and type, and for HEAD without its body")
    func pages() async throws {
        try await with { server in
            let client = try await server.client()
            let well = await client.reply(to: ClickText.get("/well"))
            #expect(well.hasPrefix("HTTP/1.1 200 OK\r\n") && well.hasSuffix("\r\n\r\n/well\n"))
            #expect(well.contains("\r\nContent-Type: text/plain; charset=utf-8\r\n"))
            #expect(await client.reply(to: ClickText.get("/ill?x")).hasPrefix("HTTP/1.1 503 "))
            let other = try await server.client()
            other.send(ClickText.get("/well", method: "HEAD", fields: "Connection: close\r\n"))
            let head = await other.rest()
            #expect(head.contains("\r\nContent-Length: 6\r\n") && head.hasSuffix("\r\n\r\n"))
            await client.close()
        }
    }

    @Test("It serves nothing else: no clicks, no probes of the callback's port")
    func others() async throws {
        try await with { server in
            let client = try await server.client()
            for path in ["/healthz", "/readyz", "/metrics", "/"] {
                #expect(await client.reply(to: ClickText.get(path)).hasPrefix("HTTP/1.1 404 "), "\(path)")
            }
            #expect(await client.reply(to: ClickText.post(try ClickText.signed())).hasPrefix("HTTP/1.1 404 "))
            #expect(await client.reply(to: ClickText.post("{}", to: "/well")).hasPrefix("HTTP/1.1 405 "))
            await client.close()
        }
    }

    @Test("A page that is not made in time is a 503, and never the words for a late click")
    func late() async throws {
        var limits = CallbackServer.Limits()
        limits.reply = .milliseconds(50)
        try await with(limits: limits) { server in
            let client = try await server.client()
            client.send(ClickText.get("/never", fields: "Connection: close\r\n"))
            let reply = await client.rest()
            #expect(reply.hasPrefix("HTTP/1.1 503 ") && !reply.contains("takes longer"))
        }
    }

    @Test("The user at the other end is root or the plugin's own, and nobody else")
    func peers() {
        #expect(PeerCredential(process: 1, user: 0, group: 0).isOwn)
        #expect(PeerCredential(process: 1, user: geteuid(), group: 1).isOwn)
        #expect(!PeerCredential(process: 1, user: geteuid() + 1, group: 0).isOwn)
    }
}
