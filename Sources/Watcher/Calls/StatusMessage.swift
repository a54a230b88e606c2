import Access

/// Reads the text of a gRPC status. That is needed because Teleport answers different failures with the same code.
///
/// The texts are Teleport's (`lib/auth/auth_with_roles.go`, `lib/services/access_request.go`,
/// `lib/services/access_checker.go`). This is the only place that reads them; the result becomes a field of ``TeleportError``.
enum StatusMessage {
    /// Whether a call was refused because the cluster requires MFA for administrative actions.
    static func needsMFA(_ message: String) -> Bool { message.prefix(4096).contains("admin-level API request requires MFA") }

    /// Returns the reason for which a review was refused; nil if the message does not contain a known one.
    ///
    /// The longer texts are looked for first, because some contain others.
    static func reviewRefusal(_ message: String) -> ReviewRefusal? {
        let text = message.prefix(4096)
        if let known = text.firstRange(of: " already reviewed") {
            return .alreadyReviewed(by: author(before: text[..<known.lowerBound]))
        }
        if let known = text.firstRange(of: " cannot submit reviews") {
            switch text[known.upperBound...] {
            case let rest where rest.hasPrefix(" on behalf of"): return .notForOthers
            case let rest where rest.contains("could not be fetched"): return .authorNotStored
            case let rest where rest.hasPrefix(" for"): return .notForThisUser
            default: return .mayNotReview(author(before: text[..<known.lowerBound]))
            }
        }
        if let known = text.firstRange(of: " cannot review request") {
            return .notThisRequest(author(before: text[..<known.lowerBound]))
        }
        return reviewTexts.first { text.contains($0.text) }?.refusal
    }

    private static let reviewTexts: [(text: String, refusal: ReviewRefusal)] = [
        ("has been already", .alreadyResolved), ("does not support reviews", .noThresholds),
        ("perform action \"read\" on \"user\"", .lacksUserRead),
    ]

    /// Returns the last quoted word, such as `bob` of `user "bob"`.
    private static func author(before text: Substring) -> String? {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.count >= 3 ? String(parts[parts.count - 2]) : nil
    }

    /// Returns the permissions that a role lacks according to a message, which contains `access denied to perform action "list"
    /// on "user_group"` once or more.
    ///
    /// For resources other than the plugin's own both `list` and `read` are returned, because the plugin always needs them
    /// together.
    static func lackingPermissions(_ message: String) -> [RolePermission] {
        var found: [RolePermission] = []
        var rest = message.prefix(4096)
        while let action = take("perform action \"", &rest), let resource = take(" on \"", &rest), found.count < 16 {
            guard isPlain(action), isPlain(resource) else { continue }
            let isOwn = resource.hasPrefix("access_")
            let verbs = !isOwn && ["list", "read"].contains(action) ? ["list", "read"] : [action]
            let place = found.firstIndex { $0.resource == resource } ?? found.endIndex
            if place == found.endIndex { found.append(RolePermission(resource, [])) }
            found[place].verbs += verbs.filter { !found[place].verbs.contains($0) }
        }
        return found
    }

    /// Returns the text between `start` and the next quotation mark, and removes all up to that mark from `rest`.
    private static func take(_ start: String, _ rest: inout Substring) -> String? {
        guard let begin = rest.firstRange(of: start) else { return nil }
        let text = rest[begin.upperBound...]
        guard let end = text.firstIndex(of: "\"") else { return nil }
        rest = text[text.index(after: end)...]
        return String(text[..<end])
    }

    /// Whether the text can be a verb or a kind of resource in a role. Other text must not be put into YAML that is shown to
    /// people.
    private static func isPlain(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }
}
