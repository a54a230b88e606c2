/// The operator's own words in place of the plugin's. What a template inserts is inert, wherever it stands.
package struct Messages: Equatable, Sendable {
    /// Answers that only the person who clicked sees.
    package enum Answer: String, CaseIterable, Sendable {
        case approved, denied, withdrawn
        case alreadyDecided = "already_decided"
        case ownRequest = "own_request"
        case notApprover = "not_approver"
        /// Something could not be looked up, or a server did not do what was asked.
        case failed
    }

    package static let requestFields = ["user", "roles", "reason", "resources", "request_id", "status", "link", "cluster"]
    /// `answer`: what the plugin itself would say.
    package static let answerFields = requestFields + ["answer", "person"]

    package var title: Template?
    package var text: Template?
    package var answers: [Answer: Template] = [:]
    /// How posts say moments.
    package var zone = ZoneClock.utc
    /// Whether posts name their cluster.
    package var showsCluster = false

    package init() {}

    /// The same for two configurations whose posts look the same. Answers are no part of a post.
    package var postFingerprint: String {
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
    package func words(
        _ answer: Answer?, _ words: String, _ card: Card?, _ subject: Subject?, cluster: String? = nil, person: String
    ) -> String {
        guard let answer, let template = answers[answer] else { return words }
        let values = Values(subject: subject, card: card, cluster: cluster, answer: words, person: person)
        return values.text(template, room: Room.answer) ?? words
    }
}
