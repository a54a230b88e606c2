package import Access
internal import Watcher

extension Settings {
    /// The size of the largest configuration file that is read, in bytes.
    static let fileLimit = 1 << 20

    /// Reads and checks a configuration file. The error lists everything that is wrong with it.
    package static func load(_ path: String) throws(SettingsError) -> Settings {
        let bytes: [UInt8]
        do {
            bytes = try NamedFile.read(path, limit: fileLimit)
        } catch {
            let mend =
                error.code == .missing
                ? "Write one, starting from `teleport-mattermost configure`, or name another with --config." : error.mend
            let fault = SettingFault("the configuration file \(error.words)", mend: mend)
            throw SettingsError(path: path, problems: [.init(fault: fault)])
        }
        return try parse(bytes, path: path, environment: .process)
    }

    /// Checks the text of a file; `path` is only for the messages.
    /// - Parameter environment: the proxies for servers whose proxy the file does not name.
    package static func parse(
        _ bytes: [UInt8], path: String, environment: ProxyEnvironment = .none
    ) throws(SettingsError) -> Settings {
        let text: SettingsText
        do {
            text = try SettingsText(bytes)
        } catch {
            throw SettingsError(path: path, problems: [error.problem])
        }
        var reader = SettingsReader(text, environment: environment)
        let approvals = reader.approvals()
        var mattermost = reader.mattermost(hasButtons: approvals.hasButtons)
        let http = reader.http(hasButtons: approvals.hasButtons)
        let messages = reader.messages()
        var teleport = reader.teleport(approvals)
        let posting = reader.posting()
        let notify = reader.notify()
        let reminders = reader.reminders(told: mattermost?.recipients.always ?? [])
        mattermost?.recipients.escalations = reminders.steps.filter { !$0.isReply }
        let accessLists = reader.accessLists()
        let log = reader.log()
        let audit = reader.audit()
        let diagnostics = reader.diagnostics()
        let looksForPeople = approvals.hasButtons || notify.requester || accessLists.reminders
        teleport?.clicks.findUsersByTrait = approvals.policy.userTrait != nil && looksForPeople
        guard reader.problems.isEmpty, let teleport, let mattermost else {
            throw SettingsError(path: path, problems: reader.problems)
        }
        return Settings(
            teleport: teleport, mattermost: mattermost, approvals: approvals, http: http, messages: messages,
            posting: posting, notify: notify, reminders: reminders, accessLists: accessLists, log: log, audit: audit,
            diagnostics: diagnostics,
            secretSources: SecretSources(text),
            warnings: mattermost.warnings + approvals.warnings
                + (approvals.hasButtons ? approvals.policy.warnings(mattermost.recipients) : [])
                + SettingsReader.warnings(mattermost.recipients) + reader.buttonWarnings + log.warnings(audit),
            origin: SettingsOrigin(path: path, bytes: Secret(bytes)), given: GivenValues(text, mattermost))
    }
}
