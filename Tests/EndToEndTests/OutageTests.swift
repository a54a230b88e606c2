import Access
import Sandbox
import TestSupport
import Testing

@testable import Mattermost

@Suite("While a server is away, with the built plugin", .timeLimit(.minutes(1)))
struct OutageTests {
    @Test("A burst of requests during an outage costs Mattermost a few calls, and is all posted afterwards")
    func burst() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            stage.mattermost.faults.inject(.internalError, times: 1_000_000)
            let ids = (0..<50).map { stage.auth.createRequest(user: "user\($0)", roles: ["editor"]) }
            try await plugin.line(containing: "Mattermost fails; everything waits")
            #expect(1_000_000 - stage.mattermost.faults.remaining < 50)
            stage.mattermost.faults.clear()
            try await plugin.line(containing: "Mattermost works again")
            for id in ids { _ = try await stage.post(about: id, showing: "pending") }
            for id in ids { #expect(try stage.posts(about: id).count == 1) }
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("Retry-After is obeyed for all calls")
    func rateLimited() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            stage.mattermost.faults.inject(.rateLimited(retryAfter: 2), path: "/api/v4/posts", method: "POST", times: 1)
            let start = ContinuousClock.now
            let first = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let warning = try await plugin.line(containing: "Mattermost fails; everything waits")
            #expect(warning.contains("429"))
            let second = stage.auth.createRequest(user: "erin", roles: ["editor"])
            for id in [first, second] { _ = try await stage.post(about: id, showing: "pending") }
            #expect(ContinuousClock.now - start > .seconds(2))
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("If it has to fail fast, it ends with the reason when a server is away at the start", arguments: [true, false])
    func failFast(_ isTeleport: Bool) async throws {
        try await Stage.with { stage in
            if isTeleport { try await stage.auth.stop() } else { await stage.mattermost.stop() }
            let plugin = try PluginProcess(
                ["start", "--config", stage.configuration], environment: ["TELEPORT_PLUGIN_FAIL_FAST": "true"])
            #expect(try await plugin.exitCode() == 1)
            let log = plugin.state.value.lines.joined(separator: "\n")
            #expect(log.contains("Not waiting for it, because TELEPORT_PLUGIN_FAIL_FAST is set."))
            #expect(log.contains("Connection refused") || log.contains("connect"))
        }
    }

    @Test(
        "With both servers away at the start it waits, listens and gives the reasons on the private port; with both back it is ready"
    )
    func waitsAtStart() async throws {
        try await Stage.with { stage in
            await stage.mattermost.stop()
            try await stage.auth.stop()
            let port = try stage.openPrivatePort()
            let plugin = try PluginProcess(["start", "--config", stage.configuration])
            try await plugin.line(containing: "No watch on Teleport")
            try await plugin.line(containing: "health check failed")
            let curl = try CurlClient(CurlClient.Options(caFile: try Certificates.shared().path("callback-ca.crt")))
            defer { curl.shutdown() }
            func get(_ path: String, at server: String? = nil) async throws -> (status: Int, body: String) {
                let url = "\(server ?? "https://localhost:\(stage.callbackPort)")\(path)"
                let call = HTTPCall(method: .get, url: url, token: Secret("none"), body: nil, timeLimit: .seconds(10))
                let answer = try await curl.perform(call)
                return (answer.status, String(decoding: answer.body, as: UTF8.self))
            }
            let health = try await get("/healthz"), readiness = try await get("/readyz")
            #expect(health.status == 200)
            #expect(readiness.status == 503 && readiness.body == #"{"status":"not ready"}"#)
            let reasons = try await get("/readyz", at: "http://127.0.0.1:\(port)")
            #expect(reasons.status == 503)
            #expect(
                reasons.body.contains("cannot connect to auth_server")
                    && reasons.body.contains(#""part":"teleport","since":"20"#))
            #expect(reasons.body.contains(#""words":"Mattermost GET"#))

            try await stage.auth.start()
            try await stage.mattermost.start()
            try await plugin.isReady()
            while try await get("/readyz").status != 200 {}
            #expect(try await plugin.stop() == 0)
        }
    }
}
