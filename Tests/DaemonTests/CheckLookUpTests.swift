import Access
import Foundation
import Mattermost
import PluginTestSupport
import Sandbox
import Settings
import TestSupport
import Testing

@testable import Check

@Suite("What the commands look up in Mattermost", .timeLimit(.minutes(1)))
struct CheckLookUpTests {
    private func settings(_ url: String, _ token: String, _ lines: String = "") throws -> Settings {
        let text = """
            teleport = { addr = "auth.example.com", monitoring_rules = false }
            mattermost = { url = "\(url)", token = "\(token)", recipients = ["acme/access-requests"]\(lines) }
            """
        return try Settings.parse(Array(text.utf8), path: "f.toml")
    }

    @Test("`check` finds the people of [approvals.users] by account id and by user name")
    func users() async throws {
        try await Rig.with { rig in
            let bob = try await rig.chat.user(named: "bob")
            var settings = try settings("https://chat.example.com", "TOKENtoken")
            let nobody = "xxxxxxxxxxxxxxxxxxxxxxxxxx"
            settings.approvals.hasButtons = true
            settings.approvals.policy.users = [bob.id: "bob.t", "carol": "carol.t", nobody: "ghost"]
            let report = CheckReport(isJSON: true, output: { _ in }, progress: { _ in })
            await ChatCheck(settings: settings, chat: rig.chat, report: report).checkApprovers(try await rig.chat.me())
            let lines = report.steps.filter { $0.name.hasPrefix("[approvals.users]") }.map(\.text)
            #expect(lines.count == 3)
            #expect(lines.contains("✓ [approvals.users] \(bob.id): is @bob\n"), "\(lines)")
            #expect(lines.contains("✓ [approvals.users] @carol: is @carol\n"), "\(lines)")
            #expect(lines.contains { $0.hasPrefix("✗ [approvals.users] \(nobody): ") }, "\(lines)")
        }
    }

    @Test("`explain` reaches Mattermost as the plugin does, through its proxy")
    func explain() async throws {
        try await Rig.with { rig in
            let file = FileManager.default.temporaryDirectory.appending(path: "look-up-\(UUID().uuidString).json")
            defer { try? FileManager.default.removeItem(at: file) }
            try """
            {"kind":"access_request","metadata":{"name":"2ac7a19b-41ca-4cbf-a491-9a0009d3eef6"},
            "spec":{"user":"alice","roles":["dev"],"state":1,"created":"2025-08-11T14:30:00Z"}}
            """.write(to: file, atomically: true, encoding: .utf8)
            let token = try rig.mattermost.world.read { $0.token(of: ChatState.botName) ?? "" }
            let url = try await rig.mattermost.url
            try await ConnectProxy.run(.answers("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) { proxy in
                let settings = try settings(url, token, #", proxy = "http://127.0.0.1:\#(proxy.port)""#)
                let report = CheckReport(isJSON: true, output: { _ in }, progress: { _ in })
                await (try Explain(settings, request: file.path, rules: nil, report: report)).run()
                #expect(report.hasFailures && !proxy.requests.isEmpty, "\(report.steps.map(\.text))")
            }
        }
    }
}
