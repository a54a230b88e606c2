import NIOCore
import Testing

@testable import CallbackServer

@Suite(.timeLimit(.minutes(1))) struct LimitsTests {
    @Test("A head that arrives too slowly gets 408 and the connection closes")
    func slowHead() async throws {
        var limits = CallbackServer.Limits()
        limits.head = .seconds(1)
        try await RunningServer.with(limits: limits) { server in
            let client = try await server.client()
            client.send("GET /healthz HTTP/1.1\r\nHos")
            let rest = await client.rest()
            #expect(rest.hasPrefix("HTTP/1.1 408 ") && rest.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test("A later head has its own time from its first byte, and sending it slowly does not extend that")
    func slowLaterHead() async throws {
        var limits = CallbackServer.Limits()
        limits.head = .seconds(1)
        try await RunningServer.with(limits: limits) { server in
            let client = try await server.client()
            #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            client.send("GET /healthz HTTP/1.1\r\nX: ")
            let drip = client.channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(5)) { _ in
                client.send("y")
            }
            #expect(await client.rest().hasPrefix("HTTP/1.1 408 "))
            drip.cancel()
        }
    }

    @Test("A body that arrives too slowly gets 408 and the connection closes")
    func slowBody() async throws {
        var limits = CallbackServer.Limits()
        limits.request = .milliseconds(40)
        try await RunningServer.with(limits: limits) { server in
            let client = try await server.client()
            let body = try ClickText.signed()
            client.send(String(ClickText.post(body).dropLast(10)))
            #expect(await client.rest().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("A chunked body that never ends is cut off by the time limit")
    func endlessChunks() async throws {
        var limits = CallbackServer.Limits()
        limits.request = .milliseconds(60)
        try await RunningServer.with(limits: limits) { server in
            let client = try await server.client()
            client.send(
                "POST /mattermost_action HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n")
            let drip = client.channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(5)) { _ in
                client.send("1;extension=\"long\"\r\nx\r\n")
            }
            #expect(await client.rest().hasPrefix("HTTP/1.1 408 "))
            drip.cancel()
        }
    }

    @Test("A connection without a request is closed without a reply, and so is one that makes no further request")
    func idle() async throws {
        var limits = CallbackServer.Limits()
        limits.head = .milliseconds(40)
        try await RunningServer.with(limits: limits) { server in
            let silent = try await server.client()
            #expect(await silent.rest() == "")
        }
        limits = CallbackServer.Limits()
        limits.idle = .milliseconds(40)
        try await RunningServer.with(limits: limits) { server in
            let client = try await server.client()
            #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            #expect(await client.rest() == "")
        }
    }

    @Test("When all places are taken the quietest connection is closed, but none that awaits a decision")
    func eviction() async throws {
        var limits = CallbackServer.Limits()
        limits.maxConnections = 3
        let held = HeldDecision()
        try await RunningServer.with(
            limits: limits,
            decide: held.decide
        ) { server in
            let clicker = try await server.client()
            clicker.send(ClickText.post(try ClickText.signed()))
            await held.begun()
            var idle: [RawClient] = []
            for _ in 0..<5 {
                let client = try await server.client()
                #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
                idle.append(client)
            }
            for client in idle.prefix(3) { #expect(await client.rest() == "") }
            for client in idle.suffix(2) {
                #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
                await client.close()
            }
            held.end()
            #expect(await clicker.replies(1).first?.hasSuffix("{}") == true)
            await clicker.close()
        }
    }

    @Test("A decision's reply that the client reads slowly is not cut off for newcomers")
    func unread() async throws {
        var limits = CallbackServer.Limits()
        limits.maxConnections = 2
        let answer = [UInt8](repeating: 0x78, count: 16 << 20)
        try await RunningServer.with(limits: limits, decide: { _ in answer }) { server in
            let clicker = try await RawClient.connect(port: server.port, autoRead: false)
            clicker.send(ClickText.post(try ClickText.signed(), fields: "Connection: close\r\n"))
            clicker.channel.read()
            let start = await clicker.start()
            #expect(start.hasPrefix("HTTP/1.1 200 "))
            for _ in 0..<6 {
                let client = try await server.client()
                #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            }
            try await clicker.channel.setOption(.autoRead, value: true).get()
            #expect(await start.utf8.count + clicker.rest().utf8.count > answer.count)
        }
    }

    @Test("The bytes that are read after a refusal are limited")
    func drain() async throws {
        var limits = CallbackServer.Limits()
        limits.drainBytes = 100_000
        limits.linger = .seconds(50)
        try await RunningServer.with(limits: limits) { server in
            let client = try await server.client()
            client.send("POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
            let flood = ByteBuffer(repeating: 0x78, count: 1 << 20)
            var sent = 0
            while sent < 64, (try? await client.channel.writeAndFlush(flood).get()) != nil { sent += 1 }
            #expect(sent < 64)
            await client.close()
        }
    }
}
