import Access
import Base
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
        "Malformed claims and decisions are ignored", arguments: ["", "x", "r|x", "a|b|c", "approve|u|n|x|r", "maybe|u|n|1|r"])
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

@Suite("Who reviewed by a button")
struct RecordedReviewersTests {
    @Test("A person counts once the request has more reviews than before theirs")
    func counts() throws {
        let one = try #require(RecordedReviewers("").adding("u1", reviews: 0))
        #expect(!one.contains("u1", reviews: 0))
        #expect(one.contains("u1", reviews: 1))
        #expect(!one.contains("u2", reviews: 1))
        let two = try #require(one.adding("u2", reviews: 1))
        #expect(two.description == "u1=0,u2=1")
        #expect(RecordedReviewers(two.description) == two)
        #expect(two.contains("u1", reviews: 1) && !two.contains("u2", reviews: 1))
    }

    @Test("A recorded review that Teleport did not take is replaced, and one that it counted never is")
    func replaced() {
        #expect(RecordedReviewers("u1=0").adding("u1", reviews: 0)?.description == "u1=0")
        #expect(RecordedReviewers("u1=0").adding("u1", reviews: 1)?.description == "u1=0,u1=1")
        #expect(RecordedReviewers("u1=1").adding("u2", reviews: 0)?.description == "u1=1,u2=0")
    }

    @Test(
        "A recorded reviewer without a readable number of reviews counts as having reviewed",
        arguments: ["u1", "u1=", "u1=x", "u1=0=1", ",u1,"])
    func broken(_ text: String) {
        #expect(RecordedReviewers(text).contains("u1", reviews: 0))
    }

    @Test("A record has room for fifty reviewers")
    func bounded() {
        let full = RecordedReviewers((0..<RecordedReviewers.limit).map { "u\($0)=\($0)" }.joined(separator: ","))
        #expect(full.adding("v", reviews: 50) == nil)
        #expect(full.contains("u49", reviews: 50))
    }

    @Test(
        "A post whose ids could not be written back to a record is left out",
        arguments: ["c/a=1", "c/a,b", "c/", "c/p/x", "c /p"])
    func strangePosts(_ text: String) {
        #expect(PostReference(text) == nil)
        #expect(PluginRecord(["messages": "c/p,\(text)"]).posts.first == PostReference("c/p"))
        #expect(PluginRecord(["channel_id": "c", "post_id": "a=1"]).posts.isEmpty)
    }
}
