import Access

/// The operator's own words in place of the plugin's. What a template inserts is inert, wherever it stands.
package struct Messages: Equatable, Sendable {
    /// Answers that only the person who clicked sees.
    enum Answer: String, CaseIterable, Sendable {
        case approved, denied, withdrawn
        case alreadyDecided = "already_decided"
        case ownRequest = "own_request"
        case notApprover = "not_approver"
        /// Something could not be looked up, or a server did not do what was asked.
        case failed
    }

    static let requestFields = ["user", "roles", "reason", "resources", "request_id", "status", "link", "cluster"]
    /// `answer`: what the plugin itself would say.
    static let answerFields = requestFields + ["answer", "person"]

    var title: Template?
    var text: Template?
    var answers: [Answer: Template] = [:]
    /// How posts say moments.
    var zone = ZoneClock.utc
    /// Whether posts name their cluster.
    var showsCluster = false

    package init() {}

    /// The same for two configurations whose posts look the same. Answers are no part of a post.
    var postFingerprint: String {
        let texts = [title, text].map { template in template.map { "\($0)" } ?? "" }
        // What the zone's clock shows in a winter and in a summer tells zones apart as far as posts do.
        let moments = [1_767_225_600_000, 1_783_123_200_000].map { zone.minute(Timestamp(milliseconds: $0)) }
        return "\(texts) \(moments) \(showsCluster)"
    }

    /// Puts title and text into the card. One for which there is no room, with the shortest values even, is left out; the check at
    /// the start makes that as good as impossible.
    func apply(to card: inout Card, _ subject: Subject, cluster: String? = nil) {
        let values = Values(subject: subject, card: card, cluster: cluster)
        let plain = card
        if let title, let words = values.title(title, room: Room.title) { card.title = words }
        if let text, let words = values.text(text, room: Room.text) { card.text = words }
        if card.propsSize > PropsSize.limit { card = plain }
    }

    /// What the person is told; `words` where there is no template for it.
    func words(
        _ answer: Answer?, _ words: String, _ card: Card?, _ subject: Subject?, cluster: String? = nil, person: String
    ) -> String {
        guard let answer, let template = answers[answer] else { return words }
        let values = Values(subject: subject, card: card, cluster: cluster, answer: words, person: person)
        return values.text(template, room: Room.answer) ?? words
    }
}

extension Messages.Answer {
    /// Nil for what has no template: answers that say more than that it did not work.
    init?(_ why: Approvals.Refusal.Why) {
        switch why {
        case .notPending, .beingDecided, .gone: self = .alreadyDecided
        case .ownRequest: self = .ownRequest
        case .notApprover, .onlySuggested, .guest, .notInChannel: self = .notApprover
        case .lookupFailed, .refusedByTeleport, .tooLate, .notShown: self = .failed
        default: return nil
        }
    }
}
