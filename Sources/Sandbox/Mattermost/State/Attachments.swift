/// Attachments as the server stores them: its known fields in its order, without all others (`model/slack_attachment.go`).
enum Attachments {
    private static let texts = (
        head: ["fallback", "color", "pretext", "author_name", "author_link", "author_icon", "title", "title_link", "text"],
        tail: ["image_url", "thumb_url", "footer", "footer_icon"]
    )

    /// The props as the server sends them to clients.
    static func shown(in props: JSON) -> JSON {
        guard let attachments = props["attachments"]?.elements else { return props }
        var shown = props
        shown["attachments"] = .array(attachments.map(shape))
        return shown
    }

    /// Adds an id to buttons without one, as the server does before it stores a post.
    static func withActionIDs(_ props: JSON) -> JSON {
        guard let attachments = props["attachments"]?.elements else { return props }
        var changed = props
        changed["attachments"] = .array(
            attachments.map { attachment in
                guard let actions = attachment["actions"]?.elements else { return attachment }
                var changed = attachment
                changed["actions"] = .array(actions.map(withID))
                return changed
            })
        return changed
    }

    /// The button with that id and its `integration`. Nil when there is none, or when the id cannot be in the path of a call.
    static func action(_ id: String, in props: JSON) -> JSON? {
        guard !id.isEmpty, id.utf8.allSatisfy(Identifier.isAlphanumeric) else { return nil }
        let actions = (props["attachments"]?.elements ?? []).flatMap { $0["actions"]?.elements ?? [] }
        return actions.first { $0["id"]?.text == id }
    }

    private static func withID(_ action: JSON) -> JSON {
        guard (action["id"]?.text ?? "").isEmpty else { return action }
        var changed = action
        changed["id"] = .string(Identifier.make())
        return changed
    }

    private static func shape(_ attachment: JSON) -> JSON {
        var shape: JSON = ["id": attachment["id"] ?? 0]
        for name in texts.head { shape[name] = attachment[name] ?? "" }
        shape["fields"] = attachment["fields"]?.elements.map { .array($0.map(field)) } ?? .null
        for name in texts.tail { shape[name] = attachment[name] ?? "" }
        shape["ts"] = attachment["ts"] ?? .null
        if let actions = attachment["actions"]?.elements, !actions.isEmpty { shape["actions"] = .array(actions.map(action)) }
        return shape
    }

    private static func field(_ field: JSON) -> JSON {
        ["title": field["title"] ?? "", "value": field["value"] ?? nil, "short": field["short"] ?? false]
    }

    /// Removes `integration`, which the server does not send to clients.
    private static func action(_ action: JSON) -> JSON {
        var shape: JSON = [:]
        for name in ["id", "type", "name", "disabled", "style", "data_source", "options", "default_option"] {
            guard let value = action[name], value != "", value != false else { continue }
            shape[name] = value
        }
        return shape
    }
}
