import Access
import PluginTestSupport
import Posts
import Sandbox
import Testing

@testable import Clicks

@Suite("A request with a role whose name is not UTF-8", .timeLimit(.minutes(1)))
struct UnreadableRequestTests {
    @Test("It is posted without buttons, a click on an older post decides nothing, and its end is shown")
    func role() async throws {
        try await Rig.with { rig in
            // Field 2 of the spec, one more role, with two bytes.
            let name = rig.auth.createRequest(user: "dave", roles: ["editor"], reason: "why", rawFields: [0x12, 2, 0x61, 0xFF])
            let id = try #require(RequestID(name))
            #expect(try await rig.reconcile(id) == .settled)
            let attachment = try #require(try rig.posts(about: id).first?.props["attachments"]?.elements?.first)
            #expect(attachment["actions"]?.elements?.isEmpty ?? true)
            let fields = attachment["fields"]?.elements ?? []
            #expect(fields.contains { $0["value"]?.text == "`editor, a\u{FFFD}`" })
            for decision in Decision.allCases {
                let answer = await rig.answer(try rig.click(decision, on: id))
                #expect(answer.text == ClickWords.notByButton(.unreadable))
            }
            #expect(rig.auth.auditLog.isEmpty && rig.auth.request(name)?.state == .pending)
            try rig.auth.resolve(name, .denied)
            #expect(try await rig.reconcile(id) == .settled)
            #expect(try rig.state(ofOnlyPostAbout: id) == "denied")
        }
    }
}
