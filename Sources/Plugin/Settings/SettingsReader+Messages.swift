extension SettingsReader {
    /// `[messages]`: each a template, checked here so that none fails when it is needed.
    mutating func messages() -> Messages {
        var messages = Messages()
        messages.title = template(.messageTitle, Messages.requestFields)
        messages.text = template(.messageText, Messages.requestFields)
        for answer in Messages.Answer.allCases {
            guard let key = SettingKey(rawValue: "messages.\(answer.rawValue)") else { continue }
            messages.answers[answer] = template(key, Messages.answerFields)
        }
        return messages
    }

    private mutating func template(_ key: SettingKey, _ fields: [String]) -> Template? {
        parsed(key) { (value) throws(SettingFault) in
            do throws(Template.Fault) {
                return try Template(value, fields: fields)
            } catch {
                throw SettingFault(error.words)
            }
        }
    }
}
