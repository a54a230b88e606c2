import Access
import PluginTestSupport
import Sandbox
import Testing

@testable import Clicks

/// A request for long-term access is granted by promoting it. An approval would give temporary access, and would keep it from
/// being promoted.
@Suite("Requests for long-term access", .timeLimit(.minutes(1)))
struct LongTermTests {
    private func request(_ rig: Rig, kind: Int) throws -> RequestID {
        try #require(RequestID(rig.auth.createRequest(user: "dave", roles: ["editor"], kind: kind)))
    }

    @Test("Their posts say so and have no buttons")
    func post() async throws {
        try await Rig.with { rig in
            for (kind, count) in [(0, 2), (1, 2), (2, 0), (3, 0)] {
                let id = try request(rig, kind: kind)
                try await rig.reconcile(id)
                let post = try #require(try rig.posts(about: id).first)
                let attachment = post.props["attachments"]?.elements?.first
                #expect((attachment?["actions"]?.elements ?? []).count == count)
                let titles = attachment?["fields"]?.elements?.compactMap { $0["title"]?.text } ?? []
                #expect(titles.contains("Kind") == (count == 0) && !titles.isEmpty)
            }
        }
    }

    @Test("A click that was made up or is on an older post decides nothing, by either method", arguments: [2, 3])
    func clicks(kind: Int) async throws {
        try await Rig.with(configure: { $0.reviewers = ["access-plugin-mattermost"] }) { rig in
            let id = try request(rig, kind: kind)
            var reviewing = rig.replica
            (reviewing.method, reviewing.reviewsAsPlugin) = (.review, true)
            for environment in [rig.environment, reviewing] {
                for decision in Decision.allCases {
                    let answer = await rig.answer(try rig.click(decision, on: id), as: environment)
                    let words =
                        kind == 2
                        ? "This request is for long-term access, so nothing was decided" : "This version does not know"
                    #expect(answer.text.hasPrefix(words))
                    #expect(!answer.isDecided)
                    #expect(answer.update?.status == .pending && answer.update?.buttons.isEmpty == true)
                }
            }
            #expect(rig.auth.request(id.rawValue)?.state == .pending)
            #expect(rig.data(of: id)["decision"] == nil)
            #expect(rig.auth.auditLog.isEmpty)
        }
    }
}
