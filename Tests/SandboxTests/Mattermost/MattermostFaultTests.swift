import Testing

@testable import Sandbox

@Suite("Faults of the sandbox's Mattermost")
struct MattermostFaultTests {
    @Test("The answer 429 is as recorded, and comes for as many calls as were asked for")
    func rateLimit() async throws {
        let recorded = try RecordedExchange("rate_limited")
        try await SandboxMattermost.withRunning { server in
            server.faults.inject(.rateLimited(retryAfter: 1), path: "/users/", times: 2)
            let caller = try await MattermostCaller(server)
            #expect(try await caller.call("GET", "/api/v4/system/ping").status == 200)
            for _ in 0..<2 {
                let answer = try await caller.call("GET", "/api/v4/users/me")
                #expect(answer.status == 429)
                #expect(answer.text == recorded.body.text)
                for header in recorded.headers.members ?? [] {
                    #expect(answer.headers[header.name.lowercased()] == header.value.text, "\(header.name)")
                }
                #expect(answer.headers["x-request-id"] == nil)
            }
            #expect(try await caller.call("GET", "/api/v4/users/me").status == 200)
            #expect(server.faults.remaining == 0)
        }
    }

    @Test("A call with a 500 or a dropped connection is not carried out; one with a lost answer is")
    func doneOrNot() async throws {
        try await SandboxMattermost.withRunning { server in
            let caller = try await MattermostCaller(server)
            let body = try server.world.read { state throws(AppError) -> JSON in
                ["channel_id": .string(state.channels[0].id), "message": "m", "pending_post_id": "k"]
            }
            func count() throws -> Int { try server.world.read { state throws(AppError) in state.posts.count } }
            server.faults.inject(.internalError, method: "POST")
            #expect(try await caller.call("POST", "/api/v4/posts", body).status == 500)
            server.faults.inject(.dropConnection, method: "POST", times: 10)
            await #expect(throws: (any Error).self) { try await caller.call("POST", "/api/v4/posts", body) }
            #expect(try count() == 0)
            server.faults.clear()
            server.faults.inject(.loseAnswer, method: "POST", times: 10)
            await #expect(throws: (any Error).self) { try await caller.call("POST", "/api/v4/posts", body) }
            #expect(try count() == 1)
            server.faults.clear()
            #expect(try await caller.call("POST", "/api/v4/posts", body).status == 201)
            #expect(try count() == 1)
        }
    }

    @Test("A stalled call is answered when the fault is cleared")
    func stall() async throws {
        try await SandboxMattermost.withRunning { server in
            server.faults.inject(.stall)
            let caller = try await MattermostCaller(server)
            async let answer = caller.call("GET", "/api/v4/users/me")
            // When the first call has taken the fault, another call succeeds meanwhile.
            while server.faults.stalledCalls == 0 { await Task.yield() }
            #expect(try await caller.call("GET", "/api/v4/users/me").status == 200)
            server.faults.clear()
            #expect(try await answer.status == 200)
        }
    }

    @Test("A stopped server refuses connections; started again it has the same port and all posts")
    func restart() async throws {
        try await SandboxMattermost.withRunning { server in
            let caller = try await MattermostCaller(server)
            let post = try server.postButton(calling: "http://127.0.0.1:1/")
            await server.stop()
            await #expect(throws: (any Error).self) { try await caller.call("GET", "/api/v4/users/me") }
            try await server.start()
            #expect(try await server.url == caller.url)
            #expect(try await caller.call("GET", "/api/v4/posts/\(post)").status == 200)
            try await server.restart()
            #expect(try await caller.call("GET", "/api/v4/posts/\(post)").status == 200)
        }
    }

    @Test("A port that is taken is an error, not a hang")
    func portTaken() async throws {
        try await SandboxMattermost.withRunning { server in
            let port = try await server.port
            await #expect(throws: SandboxError.self) {
                try await SandboxMattermost.withRunning(.init(port: port)) { _ in }
            }
        }
    }
}
