/// The texts that the operator has configured in place of the plugin's own, from the section `[messages]`. Inserted values are
/// inert: whatever people wrote in them, they cannot mention, link or format anything.
package struct Messages: Equatable, Sendable {
    /// Answers that only the person who clicked sees.
    package enum Answer: String, CaseIterable, Sendable {
        case approved, denied, withdrawn
        case alreadyDecided = "already_decided"
        case ownRequest = "own_request"
        case notApprover = "not_approver"
        /// A lookup failed, or a server did not do what was asked.
        case failed
    }

    /// The fields that the templates of a post may have.
    package static let requestFields = ["user", "roles", "reason", "resources", "request_id", "status", "link", "cluster"]
    /// The fields that the templates of an answer may have. `answer` is the plugin's own answer, and `person` the user name of
    /// the person who clicked.
    package static let answerFields = requestFields + ["answer", "person"]

    /// The template of a post's title; nil for the plugin's own title.
    package var title: Template?
    /// The template of the text above a post's fields; nil if there is no such text.
    package var text: Template?
    /// The templates of the answers to clicks. The plugin's own words take the place of a missing one.
    package var answers: [Answer: Template] = [:]
    /// The clock by which posts show times.
    package var zone = ZoneClock.utc
    /// Whether posts show the name of their Teleport cluster.
    package var showsCluster = false

    package init() {}

    /// A text that is equal for two configurations whose posts look the same. Answers are not included, because they are not
    /// part of a post.
    package var postFingerprint: String {
        let texts = [title, text].map { template in template.map { "\($0)" } ?? "" }
        // A time zone has no text of its own, so the local times of a moment in winter and of one in summer stand for it.
        let moments = [1_767_225_600_000, 1_783_123_200_000].map { zone.minute(Timestamp(milliseconds: $0)) }
        return "\(texts) \(moments) \(showsCluster)"
    }

    /// Renders title and text into the card. A template that does not fit even with the shortest values is left out, which
    /// ``check(_:in:)`` makes very unlikely.
    func apply(to card: inout Card, _ subject: Subject, cluster: String? = nil) {
        let values = Values(subject: subject, card: card, cluster: cluster)
        let plain = card
        if let title, let words = values.title(title, room: Room.title) { card.title = words }
        if let text, let words = values.text(text, room: Room.text) { card.text = words }
        if card.propsSize > PropsSize.limit { card = plain }
    }

    /// Returns the text that answers a click: the rendered template of this answer, or `words` if there is no template.
    package func words(
        _ answer: Answer?, _ words: String, _ card: Card?, _ subject: Subject?, cluster: String? = nil, person: String
    ) -> String {
        guard let answer, let template = answers[answer] else { return words }
        let values = Values(subject: subject, card: card, cluster: cluster, answer: words, person: person)
        return values.text(template, room: Room.answer) ?? words
    }
}
