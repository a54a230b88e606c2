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

    private func failure(_ host: String, port: Int) async -> ListenError? {
        let server = CallbackServer(
            configuration: .init(address: ListenAddress(host: host, port: port)),
            group: .singletonMultiThreadedEventLoopGroup, logger: LogLines().logger, verify: RunningServer.verify,
            readiness: { Readiness() }, decide: { $1(.answer([])) })
        return await #expect(throws: ListenError.self) { try await server.run() }
    }

    @Test("A port that is taken is an error that names the setting and what to do, and shows no call of the system's")
    func taken() async throws {
        try await RunningServer.with { server in
            let error = try #require(await failure("127.0.0.1", port: server.port))
            #expect(error.code == .addressInUse)
            #expect(
                error.message == """
                    cannot listen on [http] listen_addr "127.0.0.1:\(server.port)": another process listens on this port, \
                    perhaps another instance of the plugin. Stop that process, which `ss -ltnp sport = :\(server.port)` names, \
                    or set listen_addr to another port.
                    """)
        }
    }

    @Test("An address that is none of this machine's, and a host that has no address, are told apart")
    func elsewhere() async throws {
        let foreign = try #require(await failure("192.0.2.1", port: 8081))
        #expect(foreign.code == .foreignAddress)
        #expect(foreign.words.hasSuffix("\"192.0.2.1:8081\": the address is none of this machine's."))
        let unknown = try #require(await failure("host.invalid", port: 8081))
        #expect(unknown.code == .unresolved)
        #expect(unknown.words.hasSuffix("\"host.invalid:8081\": the host has no address."))
    }
}
