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

    static let requestFields = ["user", "roles", "reason", "resources", "request_id", "status", "link"]
    /// `answer`: what the plugin itself would say.
    static let answerFields = requestFields + ["answer", "person"]

    /// Characters that are shown, so that the post keeps within Mattermost's limit.
    private static let titleLimit = 200
    private static let textLimit = 700
    private static let valueLimit = 300

    var title: Template?
    var text: Template?
    var answers: [Answer: Template] = [:]

    package init() {}

    /// The same for two configurations whose posts look the same. Answers are no part of a post.
    var postFingerprint: String { "\(title.map { "\($0)" } ?? "") \(text.map { "\($0)" } ?? "")" }

    /// Puts title and text into the card.
    func apply(to card: inout Card, _ subject: Subject) {
        if let title {
            let words = title.rendered { Self.value($0, subject, card) { InertText.label($0, limit: $1) } }
            card.title = String(words.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(Self.titleLimit))
        }
        if let text {
            let words = text.rendered { Self.value($0, subject, card) { InertText.code($0, limit: $1) } }
            card.text = words.count > Self.textLimit ? String(words.prefix(Self.textLimit)) + "…" : words
        }
    }

    /// What the person is told; `words` where there is no template for it.
    func words(_ answer: Answer?, _ words: String, _ card: Card?, _ subject: Subject?, person: String) -> String {
        guard let answer, let template = answers[answer] else { return words }
        return template.rendered { field in
            switch field {
            case "answer": words
            case "person": person.isEmpty ? "" : "@\(person)"
            default: Self.value(field, subject, card) { InertText.code($0, limit: $1) }
            }
        }
    }

    private static func value(
        _ field: String, _ subject: Subject?, _ card: Card?, _ inert: (String, Int) -> String
    ) -> String {
        switch field {
        case "user": inert(subject?.user ?? "", 100)
        case "roles": inert(subject?.roles.joined(separator: ", ") ?? "", valueLimit)
        case "reason": inert(subject?.reason ?? "", valueLimit)
        case "resources": inert(subject?.resources.joined(separator: ", ") ?? "", valueLimit)
        case "request_id": subject?.requestID.rawValue ?? ""
        case "status": card?.status.name ?? ""
        case "link": card?.link ?? ""
        default: ""
        }
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
