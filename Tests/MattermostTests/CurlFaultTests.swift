import Access
import Testing

@testable import Mattermost

@Suite(.timeLimit(.minutes(1))) struct CurlFaultTests {
    private func code(
        of reaction: FaultyServer.Reaction, options: CurlClient.Options = .init(), limit: Duration = .seconds(5)
    ) async throws -> CurlError.Code {
        try await FaultyServer.run { _ in
            reaction
        } _: { server in
            let client = try CurlClient(options)
            let error = await #expect(throws: CurlError.self) { try await client.perform(call(server.url, limit: limit)) }
            let found = try #require(error)
            #expect(!"\(found)".contains("token-that-nobody-sees"))
            return found.code
        }
    }

    @Test("A server that never answers costs the time limit and no more")
    func stall() async throws {
        #expect(try await code(of: .stall, limit: .milliseconds(100)) == .timedOut)
    }

    @Test("A connection closed without an answer is an error of the network")
    func drop() async throws { #expect(try await code(of: .drop) == .network) }

    @Test("A file without certificate authorities is told apart from a certificate that is not trusted")
    func unusableCAs() async throws {
        try await FaultyServer.run { _ in
            .drop
        } _: { server in
            var options = CurlClient.Options()
            options.caFile = "/dev/null"
            let client = try CurlClient(options)
            let url = server.url.replacing("http://", with: "https://")
            let error = await #expect(throws: CurlError.self) { try await client.perform(call(url)) }
            #expect(error?.code == .unusableCAs)
        }
    }

    @Test("Half an answer is no answer")
    func half() async throws {
        let whole = answer("{\"id\":\"abc\"}")
        #expect(try await code(of: .sendAndClose(whole.dropLast(4))) == .network)
    }

    @Test("Half a head is no answer")
    func halfHead() async throws {
        #expect(try await code(of: .sendAndClose([UInt8]("HTTP/1.1 200 OK\r\nContent-Le".utf8))) == .network)
    }

    @Test("A body announced as too large is not read")
    func announcedHuge() async throws {
        let head = [UInt8]("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n".utf8)
        #expect(try await code(of: .send(head), options: .init(maxBody: 1999)) == .tooLarge)
    }

    @Test("A body without an announced length is cut at the limit")
    func endlessBody() async throws {
        let head = [UInt8]("HTTP/1.1 200 OK\r\n\r\n".utf8)
        let chunk = [UInt8](repeating: 0x61, count: 65536)
        #expect(try await code(of: .endless(head, chunk), options: .init(maxBody: 1 << 20)) == .tooLarge)
    }

    @Test("A body of exactly the limit is taken")
    func atLimit() async throws {
        try await FaultyServer.run { _ in
            .send(answer([UInt8](repeating: 0x61, count: 5000)))
        } _: { server in
            let answer = try await CurlClient(.init(maxBody: 5000)).perform(call(server.url))
            #expect(answer.body.count == 5000)
        }
    }

    @Test("Headers without end are cut")
    func endlessHeaders() async throws {
        let line = [UInt8]("X-More: \(String(repeating: "a", count: 1000))\r\n".utf8)
        #expect(try await code(of: .endless([UInt8]("HTTP/1.1 200 OK\r\n".utf8), line)) == .tooLarge)
    }

    @Test("1xx answers without end are cut")
    func endlessInterim() async throws {
        let interim = [UInt8]("HTTP/1.1 103 Early Hints\r\nX: \(String(repeating: "a", count: 500))\r\n\r\n".utf8)
        #expect(try await code(of: .endless([], interim)) == .tooLarge)
    }

    @Test("The error of an answer that is not HTTP says so")
    func notHTTP() async throws {
        #expect(try await code(of: .sendAndClose([UInt8]("SSH-2.0-OpenSSH_9.2\r\n".utf8))) == .notHTTP)
    }

    @Test("A port where nobody listens fails at once")
    func refused() async throws {
        let url = try await FaultyServer.run { _ in
            .drop
        } _: {
            $0.url
        }
        let client = try CurlClient()
        let error = await #expect(throws: CurlError.self) { try await client.perform(call(url)) }
        #expect(error?.code == .network)
    }

    @Test("Other protocols than HTTP are refused")
    func protocols() async throws {
        let client = try CurlClient()
        await #expect(throws: CurlError.self) { try await client.perform(call("file:///etc/hostname")) }
    }

    @Test("A client whose call failed serves the next call")
    func recovers() async throws {
        try await FaultyServer.run {
            $0.path == "/drop" ? .drop : .send(answer("{}"))
        } _: { server in
            let client = try CurlClient()
            for _ in 0..<10 {
                await #expect(throws: CurlError.self) { try await client.perform(call(server.url + "/drop")) }
                let answer = try await client.perform(call(server.url))
                #expect(answer.status == 200)
            }
        }
    }
}
