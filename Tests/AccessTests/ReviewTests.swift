import Access
import Base
import Testing

@Suite("Reviews")
struct ReviewTests {
    private func request(
        _ thresholds: [(Int, Int)], used: Set<Int> = [], approvals: Int = 0, denials: Int = 0, countingFor indexes: [Int] = [0]
    ) throws -> AccessRequest {
        let id = try #require(RequestID("r-1"))
        var request = AccessRequest(id: id, user: "alice", roles: ["a"], state: .pending, created: Timestamp(milliseconds: 0))
        request.thresholds = thresholds.map { ReviewThreshold(approvals: $0.0, denials: $0.1) }
        request.usedThresholds = used
        for number in 0..<(approvals + denials) {
            var review = AccessReview(
                author: "r\(number)", proposed: number < approvals ? .approved : .denied, created: Timestamp(milliseconds: 0))
            review.thresholds = indexes
            request.reviews.append(review)
        }
        return request
    }

    @Test("A card shows the number of approvals so far, if more than one is needed")
    func progress() throws {
        #expect(try request([(1, 1)]).reviewProgress == "")
        #expect(try request([]).reviewProgress == "")
        #expect(try request([(3, 1)], used: [0]).reviewProgress == "0 of 3 approvals")
        #expect(try request([(2, 2)], approvals: 1, denials: 1).reviewProgress == "1 of 2 approvals, 1 denial")
        #expect(try request([(0, 2)], denials: 1).reviewProgress == "0 of 1 approval, 1 denial")
    }

    @Test("A review that counts for another threshold is not among the approvals of this one")
    func otherThreshold() throws {
        let counted = try request([(2, 1), (3, 1)], used: [1], approvals: 1, countingFor: [0])
        #expect(counted.reviewProgress == "0 of 3 approvals")
    }

    @Test("With several thresholds in use the card shows the number of approvals without a total")
    func several() throws {
        #expect(try request([(1, 1), (2, 1)], used: [0, 1]).reviewProgress == "0 approvals so far")
        #expect(try request([(1, 1), (2, 1)], used: [0, 1], approvals: 1).reviewProgress == "1 approval so far")
        #expect(try request([(1, 1)], used: [7], approvals: 1).reviewProgress == "1 approval so far")
    }

    @Test("A request that is decided has no progress, and a pending card shows it beside the status")
    func card() throws {
        var request = try request([(2, 1)], approvals: 1)
        let pending = Card(Subject(request), status: .pending)
        #expect(pending.fields.first { $0.title == "Status" }?.value == "⏳ PENDING · 1 of 2 approvals")
        let approved = Card(Subject(request), status: .approved(nil))
        #expect(approved.fields.first { $0.title == "Status" }?.value == "✅ APPROVED")
        request.state = .approved
        #expect(request.reviewProgress == "")
    }

    @Test("What people wrote is inert and bounded in a reply")
    func reply() throws {
        let id = try #require(RequestID("r-1"))
        var review = AccessReview(
            author: "a`@all", proposed: .denied,
            reason: "no\n\n@channel [x](http://evil) `" + String(repeating: "y", count: 5000),
            created: Timestamp(milliseconds: 1_795_212_453_332))
        review.submittedBy = "plugin"
        let reply = ThreadReply(review, index: 3, of: id)
        #expect(reply.name == "review-3")
        let lines = reply.text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "❌ Reviewed: DENIED by `a’@all`, submitted by `plugin` · 2026-11-20 22:07 UTC")
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("`") && $0.hasSuffix("`") && $0.count { $0 == "`" } == 2 })
        #expect(reply.text.count < 1200)
        review.proposed = .unknown(9)
        review.author = ""
        let strange = ThreadReply(review, index: 0, of: id).text
        #expect(strange.hasPrefix("❔ Reviewed: state 9, which this version does not know, by somebody"))
    }

    @Test("An error's reason tells why no review was taken, and never its words; an outage is no refusal")
    func refusals() {
        func refusal(_ code: TeleportError.Code, _ reason: ReviewRefusal?) -> ReviewRefusal? {
            let words = #"user "p" has already reviewed this request"#
            return ReviewRefusal(TeleportError(code, words, reason: reason.map { .review($0) }))
        }
        for reason in [ReviewRefusal.notForOthers, .alreadyReviewed(by: "p"), .alreadyReviewed(by: nil), .alreadyResolved] {
            #expect(refusal(.permissionDenied, reason) == reason)
        }
        #expect(refusal(.permissionDenied, nil) == .notAllowed)
        #expect(refusal(.unimplemented, nil) == .notSupported)
        #expect(refusal(.timedOut, nil) == nil)
    }

    @Test("The number of reviews in the thread is kept for each post, and read from the original plugin's count")
    func record() {
        let (a, b) = (PostReference(channelID: "c1", postID: "p1"), PostReference(channelID: "c2", postID: "p12"))
        let text = PluginRecord.replies([(a, 2), (b, 5)])
        #expect(PluginRecord(["review_replies": text]).repliedReviews(to: a) == 2)
        #expect(PluginRecord(["review_replies": text]).repliedReviews(to: b) == 5)
        #expect(PluginRecord(["review_replies": "p1=x,p12"]).repliedReviews(to: a) == 0)
        #expect(PluginRecord(["reviews_count": "3"]).repliedReviews(to: a) == 3)
        #expect(PluginRecord([:]).repliedReviews(to: a) == 0)
    }

    @Test("A review without a time gets a reply without one")
    func timeless() throws {
        let review = AccessReview(author: "ana", proposed: .approved)
        let reply = ThreadReply(review, index: 0, of: try #require(RequestID("r-1")))
        #expect(reply.text == "✅ Reviewed: APPROVED by `ana`")
    }
}
