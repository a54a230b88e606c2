import Access
import Foundation
import Testing

@testable import Check

@Suite("The files of `explain`")
struct ExplainTests {
    private func with<Value>(_ text: String, _ body: (String) throws -> Value) throws -> Value {
        let file = FileManager.default.temporaryDirectory.appending(path: "explain-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try text.write(to: file, atomically: true, encoding: .utf8)
        return try body(file.path)
    }

    private static let request = #"""
        {"kind":"access_request","version":"v3","metadata":{"name":"2ac7a19b-41ca-4cbf-a491-9a0009d3eef6",
        "expires":"2025-08-11T15:30:00.123456789Z","id":1},"spec":{"user":"alice","roles":["dev","prod"],"state":1,
        "created":"2025-08-11T14:30:00Z","expires":"2025-08-12T14:30:00Z","request_reason":"why","max_duration":"0001-01-01T00:00:00Z",
        "suggested_reviewers":["bob@example.com"],"system_annotations":{"pager":["sre"]},"thresholds":[{"approve":1}],
        "requested_resource_ids":[{"cluster":"c","kind":"node","name":"n1"}]}}
        """#

    @Test("A request is read as tctl prints it, alone or as the only element of an array")
    func requestFile() throws {
        for text in [Self.request, "[\(Self.request)]"] {
            let request = try with(text) { try RequestFile.read($0) }
            #expect(request.user == "alice" && request.roles == ["dev", "prod"] && request.state == .pending)
            #expect(request.created.milliseconds == 1_754_922_600_000)
            #expect(request.expires?.milliseconds == 1_754_926_200_123)
            #expect(request.annotations == ["pager": ["sre"]] && request.suggestedReviewers == ["bob@example.com"])
            #expect(request.resources == [RequestedResource(cluster: "c", kind: "node", name: "n1")])
            #expect(request.reason == "why")
        }
        let named = Self.request.replacing("\"state\":1", with: "\"state\":\"APPROVED\"")
        #expect(try with(named) { try RequestFile.read($0) }.state == .approved)
    }

    @Test(
        "A file that is no request says how to write one",
        arguments: ["", "{}", "[]", "[\(request),\(request)]", request.replacing("access_request", with: "role")])
    func noRequest(text: String) throws {
        try with(text) { path in
            let error = #expect(throws: Notice.self) { try RequestFile.read(path) }
            #expect(error?.mend?.contains("tctl get access_request") == true)
        }
        #expect(throws: Notice.self) { try RequestFile.read("/nowhere/request.json") }
    }

    @Test("Rules are read as tctl prints them")
    func ruleFile() throws {
        let text = #"""
            [{"kind":"access_monitoring_rule","metadata":{"name":"a"},"version":"v1","spec":{"subjects":["access_request"],
            "condition":"true","notification":{"name":"mattermost","recipients":["acme/oncall"]},"schedules":{"work":{"time":
            {"shifts":[{"weekday":"Monday","start":"09:00","end":"17:00"}],"timezone":"Europe/Berlin"}}}}},
            {"metadata":{"name":"b"},"spec":{}}]
            """#
        let rules = try with(text) { try RuleFile.read($0) }
        let schedule = MonitoringRule.Schedule(
            timeZone: "Europe/Berlin", shifts: [.init(weekday: "Monday", start: "09:00", end: "17:00")])
        #expect(
            rules.first
                == MonitoringRule(name: "a", condition: "true", recipients: ["acme/oncall"], schedules: ["work": schedule]))
        #expect(rules.count == 2 && !rules[1].notifies)
        #expect(throws: Notice.self) { try with("{\"metadata\":1}") { try RuleFile.read($0) } }
    }
}
