import Access
import PluginTestSupport
import Sandbox
import TestSupport
import Testing

@testable import Clicks

@Suite("A click's post", .timeLimit(.minutes(1)))
struct BindingTests {
    private static let channel = "dpygwdyjubydfne5nshbuea4ga"
    private static let post = PostReference(channelID: channel, postID: "qpo53xy6y3de3xmshwu7zrgxkw")

    private func answer(_ rig: Rig, _ click: Click, clock: any Clock<Duration>) async -> ClickAnswer {
        await Approvals(context: rig.environment.clicks, clock: clock, tell: { _, _ in }).answer(click, ClickProgress())
    }

    private func record(_ rig: Rig, _ id: RequestID, _ fields: [String: String]) throws {
        try rig.auth.setPluginData(id.rawValue, of: "mattermost", fields)
    }

    @Test(
        "A button copied into another post or channel decides nothing",
        arguments: [
            (PostReference(channelID: channel, postID: "wbh6ytrjrbg6id39bsbiji8cpa"), ClickWords.otherPost),
            (
                PostReference(channelID: "fi1rjwgkwtn6jpnnsgbgubh8po", postID: "qpo53xy6y3de3xmshwu7zrgxkw"),
                ClickWords.unrecorded
            ),
        ])
    func copied(post: PostReference, words: String) async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            var click = try rig.click(.approve, on: id)
            click.post = post
            #expect(await answer(rig, click, clock: TestClock(.endAtOnce)) == ClickAnswer(words))
            #expect(rig.auth.auditLog.isEmpty)
        }
    }

    @Test("The post of one request decides nothing for another")
    func crossed() async throws {
        try await Rig.with { rig in
            let (mine, other) = (try rig.request(), try rig.request())
            try record(rig, mine, ["messages": "\(Self.channel)/wbh6ytrjrbg6id39bsbiji8cpa"])
            try record(rig, other, ["messages": Self.post.description])
            var click = try rig.click(.approve, on: mine)
            click.post = Self.post
            #expect(await rig.answer(click) == ClickAnswer(ClickWords.otherPost))
            #expect(rig.auth.auditLog.isEmpty)
        }
    }

    @Test("A click that is faster than the post's record waits for it", arguments: 1...3)
    func faster(sleep: Int) async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            var click = try rig.click(.approve, on: id)
            try record(rig, id, ["messages": ""])
            click.post = Self.post
            let clock = TestClock(.endAtOnce) { count in
                guard count == sleep else { return }
                try? rig.auth.setPluginData(id.rawValue, of: "mattermost", ["messages": Self.post.description])
            }
            #expect(await answer(rig, click, clock: clock).text.hasPrefix("You approved"))
            #expect(clock.count == sleep)
        }
    }

    @Test("A post that is never recorded decides nothing, and the person is told to try again")
    func never() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            var click = try rig.click(.approve, on: id)
            try record(rig, id, ["messages": ""])
            click.post = Self.post
            let clock = TestClock(.endAtOnce)
            #expect(await answer(rig, click, clock: clock) == ClickAnswer(ClickWords.unrecorded))
            #expect(clock.count == 3)
            #expect(rig.auth.auditLog.isEmpty)
        }
    }

    @Test("A post that the original plugin recorded counts as the request's post too")
    func original() async throws {
        try await Rig.with { rig in
            let id = try rig.request()
            var click = try rig.click(.approve, on: id)
            try record(rig, id, ["messages": "", "channel_id": Self.channel, "post_id": Self.post.postID])
            (click.post, click.cluster) = (Self.post, nil)
            #expect(await rig.answer(click).text.hasPrefix("You approved"))
        }
    }
}
