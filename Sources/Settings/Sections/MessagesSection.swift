internal import Access

extension SettingsSection {
    static let messages = SettingsSection(
        "messages",
        help: """
            Words of your own. {{field}} inserts a field; what stands between {{#field}} and {{/field}} is shown only when the field
            is not empty. The fields are user, roles, reason, resources, request_id, status, link and cluster. Answers, which only
            the person who clicked sees, have two more: {{person}}, and {{answer}}, the plugin's own words.
            """,
        isComment: true,
        keys: [
            .timezone, .showCluster, .messageTitle, .messageText, .approvedMessage, .deniedMessage, .withdrawnMessage,
            .alreadyDecidedMessage, .ownRequestMessage, .notApproverMessage, .failedMessage,
        ])
}

extension SettingKey {
    static let timezone = SettingKey(
        "messages.timezone", .string(default: "UTC"),
        help: """
            The time zone of all times in posts, replies and answers, by its IANA name, `"Europe/Berlin"`. It needs the system's
            time zones (the package `tzdata`); `UTC` does not. The log and the audit stay in UTC.
            """,
        remark: #"e.g. "Europe/Berlin""#)
    static let showCluster = SettingKey(
        "messages.show_cluster", .flag(default: false), help: "Whether posts name the Teleport cluster.")
    static let messageTitle = SettingKey(
        "messages.title", .string(default: nil),
        help: """
            Templates of the post's title and of a text above its fields: see [templates](#your-own-words-templates).
            """, standard: "the plugin's own",
        example: #""Access request of {{user}}""#)
    static let messageText = SettingKey(
        "messages.text", .string(default: nil), example: #""{{#reason}}Why: {{reason}}{{/reason}}""#)
    static let approvedMessage = answer(
        "approved", help: "Templates of the answers to a click, which only the person who clicked sees.",
        #""{{answer}} Please watch the audit log.""#)
    static let deniedMessage = answer("denied")
    static let withdrawnMessage = answer("withdrawn")
    static let alreadyDecidedMessage = answer("already_decided")
    static let ownRequestMessage = answer("own_request", #""{{answer}} Ask in #on-call.""#)
    static let notApproverMessage = answer("not_approver")
    static let failedMessage = answer("failed")

    private static func answer(_ name: String, help: String = "", _ example: String = #""{{answer}}""#) -> SettingKey {
        SettingKey("messages.\(name)", .string(default: nil), help: help, standard: "the plugin's own", example: example)
    }
}

extension SettingsReader {
    /// Reads the section. Every template is checked here, so that none fails when a post or an answer needs it.
    mutating func messages() -> Messages {
        var messages = Messages()
        messages.title = template(.messageTitle, Messages.requestFields, in: .title)
        messages.text = template(.messageText, Messages.requestFields, in: .text)
        for answer in Messages.Answer.allCases {
            guard let key = SettingKey(path: ["messages", answer.rawValue]) else { continue }
            messages.answers[answer] = template(key, Messages.answerFields, in: .answer)
        }
        read(.showCluster, into: &messages.showsCluster)
        let zone = parsed(.timezone) { (name) throws(SettingFault) in try ZoneFile().clock(name) }
        if let zone { messages.zone = zone }
        return messages
    }

    private mutating func template(_ key: SettingKey, _ fields: [String], in place: Messages.Place) -> Template? {
        parsed(key) { (value) throws(SettingFault) in
            do throws(Template.Fault) {
                let template = try Template(value, fields: fields)
                try Messages.check(template, in: place)
                return template
            } catch {
                throw SettingFault(error.words)
            }
        }
    }
}
