internal import Access
internal import Mattermost
internal import Watcher

extension Settings {
    /// Bytes.
    static let fileLimit = 1 << 20

    /// Reads and checks a whole file; the error names everything that is wrong with it.
    package static func load(_ path: String) throws(SettingsError) -> Settings {
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(path, limit: fileLimit)
        } catch {
            let mend =
                error.description == "does not exist."
                ? " Write one, starting from `teleport-mattermost configure`, or name another with --config." : ""
            throw SettingsError(path: path, problems: [.init(text: "the configuration file \(error.description)\(mend)")])
        }
        return try parse(bytes, path: path)
    }

    /// `path` is for the messages alone.
    package static func parse(_ bytes: [UInt8], path: String) throws(SettingsError) -> Settings {
        let text: SettingsText
        do {
            text = try SettingsText(bytes)
        } catch {
            throw SettingsError(path: path, problems: [error.problem])
        }
        var reader = SettingsReader(text)
        let approvals = reader.approvals()
        let mattermost = reader.mattermost(hasButtons: approvals.hasButtons)
        let http = reader.http(hasButtons: approvals.hasButtons)
        let messages = reader.messages()
        let teleport = reader.teleport(decides: approvals.hasButtons && approvals.method == .state)
        let notifiesRequester = reader.flag(.notifyRequester) ?? false
        let remindsBefore = reader.parsed(.reminderBefore) { (value) throws(SettingFault) in try SettingsReader.time(value) }
        let log = reader.log()
        let auditFile = reader.auditFile()
        guard reader.problems.isEmpty, let teleport, let mattermost else {
            throw SettingsError(path: path, problems: reader.problems)
        }
        return Settings(
            teleport: teleport, mattermost: mattermost, approvals: approvals, http: http, messages: messages,
            notifiesRequester: notifiesRequester, remindsBefore: remindsBefore, log: log, auditFile: auditFile,
            warnings: mattermost.warnings + approvals.warnings
                + (approvals.hasButtons ? approvals.policy.warnings(mattermost.recipients) : [])
                + SettingsReader.warnings(mattermost.recipients) + reader.buttonWarnings + log.warnings(auditFile: auditFile))
    }
}

extension SettingsReader {
    mutating func mattermost(hasButtons: Bool) -> Settings.Chat? {
        let url = parsed(.url, isRequired: "Set it to Mattermost's address, https://chat.example.com.") {
            (value) throws(SettingFault) in try Self.serverURL(value)
        }
        let recipients = recipients()
        let token = secret(.token, isRequired: "Set it to the bot's access token, or to a file with it.", Self.checkToken)
        let signing = signing(isRequired: hasButtons)
        guard let url, let token else { return nil }
        return Settings.Chat(
            url: url, recipients: recipients, token: Secret(token), secret: signing.secret,
            previousSecrets: signing.previous, acceptsLegacySignatures: signing.acceptsLegacy)
    }

    private static func serverURL(_ value: String) throws(SettingFault) -> ServerURL {
        do {
            return try ServerURL(value)
        } catch {
            throw SettingFault("\(error.description). Write it as https://chat.example.com or https://example.com/chat.")
        }
    }

    private static func checkToken(_ token: String) throws(SettingFault) {
        guard token != "api-token" else { throw SettingFault("still is the placeholder. Set it to the bot's access token.") }
        guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw SettingFault("has characters that no access token has. Copy the bot's token again.")
        }
    }
}
