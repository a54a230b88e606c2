import Testing

@testable import Sandbox

@Suite("Nodes, slowness and big pages of the sandbox's Mattermost")
struct MattermostNodeTests {
    private func create(_ caller: MattermostCaller, in server: SandboxMattermost) async throws -> String {
        let channelID = try server.world.read { state throws(AppError) in state.channels[0].id }
        let body: JSON = ["channel_id": .string(channelID), "message": "m", "pending_post_id": "bot:key"]
        return try await caller.call("POST", "/api/v4/posts", body).json["id"]?.text ?? ""
    }

    @Test("Each of two nodes has its own memory of pending_post_id, and calls go to them in turn")
    func memories() async throws {
        try await SandboxMattermost.withRunning(.init(nodes: 2)) { server in
            let caller = try await MattermostCaller(server)
            var ids: [String] = []
            for _ in 0..<4 { ids.append(try await create(caller, in: server)) }
            #expect(ids[0] != ids[1] && ids[0] == ids[2] && ids[1] == ids[3])
        }
    }

    @Test("When nodes are chosen by connection, all calls of a connection go to the same node")
    func connections() async throws {
        let configuration = SandboxMattermost.Configuration(nodes: 2, spread: .connections, replicaLag: .zero)
        try await SandboxMattermost.withRunning(configuration) { server in
            // Every call of a caller uses a new connection.
            let caller = try await MattermostCaller(server)
            let ids = [try await create(caller, in: server), try await create(caller, in: server)]
            #expect(Set(ids).count == 2)
        }
    }

    @Test("A read after a write is answered from a replica that lags")
    func lag() async throws {
        try await SandboxMattermost.withRunning(.init(nodes: 2, replicaLag: .seconds(600))) { server in
            let caller = try await MattermostCaller(server)
            let id = try await create(caller, in: server)
            let patched = try await caller.call("PUT", "/api/v4/posts/\(id)/patch", ["message": "n"])
            #expect(patched.status == 200)
            let missing = try await caller.call("GET", "/api/v4/posts/\(id)")
            expect(missing, 404, "app.post.get.app_error", "Unable to get the post.")
            server.replicaLag = .zero
            #expect(try await caller.call("GET", "/api/v4/posts/\(id)").json["message"] == "n")
        }
    }

    @Test("A slow Mattermost delays each call, and parallel calls are no slower than a single one")
    func latency() async throws {
        try await SandboxMattermost.withRunning { server in
            let caller = try await MattermostCaller(server)
            server.faults.setLatency(.milliseconds(300), path: "/users/")
            func time(_ path: String, _ count: Int) async throws -> Duration {
                try await ContinuousClock().measure {
                    try await withThrowingTaskGroup(of: Int.self) { group in
                        for _ in 0..<count { group.addTask { try await caller.call("GET", path).status } }
                        for try await status in group { #expect(status == 200) }
                    }
                }
            }
            #expect(try await time("/api/v4/users/me", 1) >= .milliseconds(300))
            #expect(try await time("/api/v4/users/me", 16) < .seconds(4))
            #expect(server.faults.latency(method: "GET", path: "/api/v4/system/ping") == .zero)
            server.faults.setLatency(.milliseconds(1))
            #expect(server.faults.latency(method: "GET", path: "/api/v4/users/me") == .milliseconds(1))
            server.faults.clear()
            #expect(server.faults.latency(method: "GET", path: "/api/v4/users/me") == .zero)
        }
    }

    @Test("The control calls set nodes, lag and slowness from outside, for tests of the built binaries")
    func control() async throws {
        try await SandboxMattermost.withRunning { server in
            let caller = try await MattermostCaller(server)
            func order(_ path: String, _ body: JSON = [:]) async throws -> Int {
                try await caller.call("POST", "/sandbox/mattermost/\(path)", body).status
            }
            let statuses = [
                try await order("channels/access-requests/archive"), try await order("latency", ["milliseconds": 5]),
                try await order("rights", ["withheld": ["edit"]]), try await order("nodes", ["nodes": 2, "lag_ms": 1000]),
            ]
            #expect(statuses == [200, 200, 200, 200])
            #expect(server.nodeCount == 2 && server.replicaLag == .seconds(1))
            #expect(server.faults.latency(method: "GET", path: "/api/v4/users/me") == .milliseconds(5))
            let (withheld, isArchived) = try server.world.read { state throws(AppError) in
                (state.withheld, state.channels[0].isArchived)
            }
            #expect(withheld == [.editOwnPosts] && isArchived)
            let missing = try await order("channels/nowhere/archive")
            #expect(missing != 200)
        }
    }

    @Test("A control call tells how many posts there are")
    func postCount() async throws {
        try await SandboxMattermost.withRunning { server in
            let caller = try await MattermostCaller(server)
            for _ in 0..<3 { _ = try server.postButton(calling: "http://127.0.0.1:1") }
            #expect(try await caller.call("GET", "/sandbox/posts/count").json["count"] == 3)
        }
    }

    @Test("A page of the longest posts is more than 8 MiB, and served within seconds", .timeLimit(.minutes(1)))
    func longest() async throws {
        try await SandboxMattermost.withRunning { server in
            let channelID = try server.world.read { state throws(AppError) in state.channels[0].id }
            let alice = try await MattermostCaller(server, as: "alice")
            let long: JSON = [
                "channel_id": .string(channelID), "message": .string(String(repeating: "😀", count: 16_383)),
                "props": ["filler": .string(String(repeating: "x", count: 8_000 - #"{"filler":""}"#.count))],
            ]
            #expect(try await alice.call("POST", "/api/v4/posts", long).status == 201)
            try server.fillChannel(named: "access-requests", posts: 199, by: "alice")
            let bot = try await MattermostCaller(server)
            let path = "/api/v4/channels/\(channelID)/posts?per_page=200"
            var size = 0
            let time = try await ContinuousClock().measure { size = try await bot.call("GET", path).text.utf8.count }
            #expect(size > 14 << 20)
            #expect(time < .seconds(10))
        }
    }
}

@Suite("Text as Go's encoder writes it")
struct GoEncodingTests {
    @Test("Every special character is escaped wherever it stands, and nothing else is")
    func escapes() {
        let special = [
            "\"": #"\""#, "\\": #"\\"#, "\n": #"\n"#, "\r": #"\r"#, "\t": #"\t"#, "<": #"\u003c"#, ">": #"\u003e"#,
            "&": #"\u0026"#, "\u{2028}": #"\u2028"#, "\u{2029}": #"\u2029"#, "\u{1}": #"\u0001"#, "\0": #"\u0000"#,
        ]
        for (text, escaped) in special {
            for before in 0..<17 {
                let (left, right) = (String(repeating: "x", count: before), String(repeating: "€", count: 5))
                #expect(JSON.string(left + text + right).goText == "\"\(left)\(escaped)\(right)\"")
            }
        }
        let plain = "!#[]~é€‑\u{2027}\u{202A}\u{7F}\u{80}😀'/"
        #expect(JSON.string(plain + plain).goText == "\"\(plain)\(plain)\"")
    }
}
