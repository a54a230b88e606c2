import Access
import Testing

@Suite("The plugin data of a request")
struct PluginRecordTests {
    @Test("Claims and decisions read back as they were written")
    func roundTrip() {
        let claim = Claim(replica: "r1", until: Timestamp(milliseconds: 42))
        let decision = DecisionClaim(
            decision: .deny, userID: "u1", username: "bob", at: Timestamp(milliseconds: 7), replica: "r1")
        let record = PluginRecord(["claim": claim.description, "decision": decision.description])
        #expect(record.claim == claim)
        #expect(record.decision == decision)
    }

    @Test(
        "What is not a claim or a decision is none", arguments: ["", "x", "r|x", "a|b|c", "approve|u|n|x|r", "maybe|u|n|1|r"])
    func malformed(_ text: String) {
        #expect(PluginRecord(["claim": text]).claim == nil)
        #expect(PluginRecord(["decision": text]).decision == nil)
    }

    @Test(
        "Posts are read from the keys of every version",
        arguments: [
            ["messages": "c1/p1,c2/p2"], ["channel_id": "c1", "post_id": "p1"],
            ["messages": "", "channel_id": "c1", "post_id": "p1"],
        ])
    func posts(_ fields: [String: String]) {
        #expect(PluginRecord(fields).posts.first == PostReference(channelID: "c1", postID: "p1"))
    }

    @Test("Broken entries of the posts are skipped", arguments: ["c1", "/p1", "c1/", "c1/p1/x", ","])
    func brokenPosts(_ text: String) {
        #expect(PluginRecord(["messages": text]).posts.isEmpty)
    }

    @Test("The subject outlives the request in the record")
    func subject() throws {
        let id = try #require(RequestID("r-1"))
        var subject = Subject(requestID: id, user: "alice", roles: ["a", "b"], reason: "why")
        subject.resources = ["/node/db-1", "/db/x"]
        subject.logins = ["a: root"]
        #expect(PluginRecord(PluginRecord.subjectFields(subject)).subject(of: id) == subject)
        #expect(PluginRecord([:]).subject(of: id) == nil)
    }
}
