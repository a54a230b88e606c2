import Access
import NIOPosix
import ServiceLifecycle
import Testing

@testable import CallbackServer

@Suite(.timeLimit(.minutes(1))) struct ShutdownTests {
    @Test("Shutdown closes idle connections, finishes replies in flight with Connection: close, and accepts nobody")
    func graceful() async throws {
        let held = HeldDecision()
        try await RunningServer.with(decide: held.decide) { server in
            let idle = try await server.client()
            #expect(await idle.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            let clicker = try await server.client()
            clicker.send(ClickText.post(try ClickText.signed()))
            await held.begun()
            await server.lifecycle.triggerGracefulShutdown()
            #expect(await idle.rest() == "")
            await #expect(throws: (any Error).self) { try await server.client() }
            held.end()
            let rest = await clicker.rest()
            #expect(rest.contains("\r\nConnection: close\r\n") && rest.hasSuffix("{}"))
        }
    }

    @Test("A decision that outlasts the time for shutdown loses its connection and is still awaited")
    func drainLimit() async throws {
        var limits = CallbackServer.Limits()
        limits.drain = .milliseconds(40)
        let held = HeldDecision()
        try await RunningServer.with(
            limits: limits,
            decide: held.decide
        ) { server in
            let clicker = try await server.client()
            clicker.send(ClickText.post(try ClickText.signed()))
            await held.begun()
            await server.lifecycle.triggerGracefulShutdown()
            #expect(await clicker.rest() == "")
            held.end()
            await held.ended()
        }
    }

    @Test("A port that is taken is an error that names the setting")
    func taken() async throws {
        try await RunningServer.with { server in
            let second = CallbackServer(
                configuration: .init(address: ListenAddress(host: "127.0.0.1", port: server.port)),
                group: .singletonMultiThreadedEventLoopGroup, logger: LogLines().logger, verify: RunningServer.verify,
                readiness: { Readiness() }, decide: { $1(.answer([])) })
            let error = await #expect(throws: ListenError.self) { try await second.run() }
            #expect(error?.description.contains("http.listen_addr \"127.0.0.1:\(server.port)\"") == true)
        }
    }
}
