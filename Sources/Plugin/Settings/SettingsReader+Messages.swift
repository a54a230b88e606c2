internal import Access

extension SettingsReader {
    /// `[messages]`: each a template, checked here so that none fails when it is needed.
    mutating func messages() -> Messages {
        var messages = Messages()
        messages.title = template(.messageTitle, Messages.requestFields, in: .title)
        messages.text = template(.messageText, Messages.requestFields, in: .text)
        for answer in Messages.Answer.allCases {
            guard let key = SettingKey(rawValue: "messages.\(answer.rawValue)") else { continue }
            messages.answers[answer] = template(key, Messages.answerFields, in: .answer)
        }
        messages.showsCluster = flag(.showCluster) ?? false
        messages.zone = parsed(.timezone) { (name) throws(SettingFault) in try ZoneFile().clock(name) } ?? .utc
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
