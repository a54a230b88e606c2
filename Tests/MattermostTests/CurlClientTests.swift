import Access
import Testing

@testable import Mattermost

func call(_ url: String, limit: Duration = .seconds(5), body: [UInt8]? = nil) -> HTTPCall {
    HTTPCall(
        method: body == nil ? .get : .post, url: url, token: Secret("token-that-nobody-sees"), body: body, timeLimit: limit)
}

@Suite(.timeLimit(.minutes(1))) struct CurlClientTests {
    @Test("A thousand calls in a row use one connection")
    func reuse() async throws {
        try await FaultyServer.run { _ in
            .send(answer("{}"))
        } _: { server in
            let client = try CurlClient()
            for _ in 0..<1000 {
                let answer = try await client.perform(call(server.url))
                #expect(answer.status == 200)
            }
            #expect(server.requests.count == 1000)
            #expect(server.accepted == 1)
        }
    }

    @Test("Sixty-four calls at once get each its own answer")
    func concurrent() async throws {
        try await FaultyServer.run {
            .send(answer("\"\($0.path)\""))
        } _: { server in
            let client = try CurlClient()
            try await withThrowingTaskGroup { group in
                for round in 0..<5 {
                    for index in 0..<64 {
                        group.addTask {
                            let path = "/\(round)/\(index)"
                            let answer = try await client.perform(call(server.url + path))
                            #expect(String(decoding: answer.body, as: UTF8.self) == "\"\(path)\"")
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(server.accepted <= 64)
        }
    }

    @Test("A body is sent whole, with the token, without Expect")
    func sends() async throws {
        try await FaultyServer.run { _ in
            .send(answer("{}"))
        } _: { server in
            let body = [UInt8](repeating: 0x61, count: 200_000)
            _ = try await CurlClient().perform(call(server.url + "/a", body: body))
            let request = try #require(server.requests.first)
            #expect(request.method == "POST")
            #expect(request.body == body)
            #expect(request.header("Authorization") == "Bearer token-that-nobody-sees")
            #expect(request.header("Content-Type") == "application/json")
            #expect(request.header("Expect") == nil)
        }
    }

    @Test("Nothing of one call is left for the next on the same handle")
    func noRemains() async throws {
        try await FaultyServer.run { _ in
            .send(answer("{}"))
        } _: { server in
            let client = try CurlClient()
            var first = call(server.url, body: [0x7B, 0x7D])
            first.method = .put
            _ = try await client.perform(first)
            _ = try await client.perform(call(server.url))
            #expect(server.requests.map(\.method) == ["PUT", "GET"])
            #expect(server.requests[1].body.isEmpty)
            #expect(server.requests[1].header("Content-Type") == nil)
        }
    }

    @Test("A server that closes after each answer costs connections, not answers")
    func closesKeepAlive() async throws {
        try await FaultyServer.run { _ in
            .sendAndClose(answer("{}"))
        } _: { server in
            let client = try CurlClient()
            for _ in 0..<20 {
                let answer = try await client.perform(call(server.url))
                #expect(answer.status == 200)
            }
            #expect(server.requests.count == 20)
        }
    }

    @Test("The headers that matter are kept, those of a 1xx answer are not")
    func headers() async throws {
        let interim = [UInt8]("HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n".utf8)
        let final = answer("", status: 302, type: "text/plain", headers: ["LOCATION:  /elsewhere \t"])
        try await FaultyServer.run { _ in
            .send(interim + final)
        } _: { server in
            let answer = try await CurlClient().perform(call(server.url))
            #expect(answer == HTTPAnswer(status: 302, contentType: "text/plain", location: "/elsewhere"))
            #expect(server.requests.count == 1)
        }
    }
}
