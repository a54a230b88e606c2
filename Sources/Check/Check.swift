package import Access
import ActionCrypto
import CallbackServer
import Log
import Logging
import Mattermost
package import Settings
import Watcher

/// The options of the `check` command.
package struct CheckOptions: Sendable {
    var configuration: String
    var asksForClick: Bool
    /// The recipient to post the test button to; nil for the first one of the configuration.
    var clickRecipient: Recipient?
    /// The longest time to wait for the click.
    var clickLimit: Duration
    /// The PEM file with the certificate authorities that Mattermost trusts; nil for the system's.
    var callbackCA: String?
    /// Whether the plugin serves plain HTTP, behind a proxy that terminates TLS.
    var isPlainHTTP: Bool

    package init(
        configuration: String, asksForClick: Bool = false, clickRecipient: Recipient? = nil,
        clickLimit: Duration = .seconds(120), callbackCA: String? = nil, isPlainHTTP: Bool = false
    ) {
        self.configuration = configuration
        self.asksForClick = asksForClick
        self.clickRecipient = clickRecipient
        self.clickLimit = clickLimit
        self.callbackCA = callbackCA
        self.isPlainHTTP = isPlainHTTP
    }
}

/// Checks everything that the plugin needs, one step after the other, and leaves no lasting change behind.
package struct Check: Sendable {
    let options: CheckOptions
    let report: CheckReport
    private let testPost = TestPost()

    package init(options: CheckOptions, report: CheckReport) {
        self.options = options
        self.report = report
    }

    /// Runs all steps. When the task is cancelled it returns soon, and the report contains the steps that had finished. The
    /// caller has to call ``removeTestPost()`` afterwards, however the check ended.
    package func run() async throws(SettingsError) {
        let (settings, files) = try CheckedSettings.read(options.configuration, report)
        report.add(files.steps())
        report.add(Self.logFiles(settings))
        for (server, words) in settings.proxies { report.add(.ok("proxy for \(server)", words)) }
        let roles = checkCredentials(settings)
        let certificate = checkListener(settings)
        let teleport = await TeleportCheck(settings: settings, report: report, roles: roles).run()
        guard !Task.isCancelled else { return }
        let client: MattermostClient
        do {
            client = try MattermostClient(settings.mattermost.client)
        } catch {
            return report.add(.failed("Mattermost", error, otherwise: "Check [mattermost] url and token."))
        }
        defer { client.shutdown() }
        let checker = ChatCheck(settings: settings, chat: client, report: report, rules: teleport.rules)
        let facts = await checker.run()
        guard !Task.isCancelled else { return }
        await checkCallback(settings, certificate, checker, facts, cluster: teleport.cluster ?? "check")
    }

    /// Removes the post with the test button, if one was made.
    package func removeTestPost() async {
        do {
            try await testPost.remove()
        } catch {
            report.add(.failed(ClickCheck.name, error, otherwise: ClickCheck.byHand))
        }
    }

    /// Checks that the files of log and audit can be written, without which the plugin does not start.
    private static func logFiles(_ settings: Settings) -> [CheckStep] {
        var files: [(path: String, purpose: LogDestination.Purpose)] = []
        if case .file(let path) = settings.log.output { files.append((path, .log)) }
        if let path = settings.audit.file { files.append((path, .audit)) }
        return files.map { path, purpose in
            let name = "\(purpose.rawValue) file"
            guard let problem = LogFile.problem(path, purpose) else {
                return .ok(name, "\(path) can be written by its owner alone")
            }
            return .failed(name, "\(problem.path): \(problem.reason)", mend: problem.mend ?? "")
        }
    }

    private func checkCallback(
        _ settings: Settings, _ certificate: ListenerCertificate?, _ checker: ChatCheck, _ facts: ChatCheck.Facts?,
        cluster: String
    ) async {
        guard let requestID = RequestID(RandomID.uuid()), let signer = try? settings.signer() else { return }
        let clicks = ClickCheck(
            settings: settings, options: options, report: report, checker: checker, facts: facts, signer: signer,
            cluster: cluster, testPost: testPost, requestID: requestID)
        await CallbackCheck(
            settings: settings, options: options, report: report, certificate: certificate, clicks: clicks,
            logger: options.asksForClick ? .warnings : .silent
        ).run()
    }
}

extension Logger {
    /// A logger that discards everything, for parts whose log lines would only repeat the check's steps.
    static let silent = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }

    static let warnings = Logger(label: "check") { _ in TextLogHandler(level: .warning, destination: .standardError) }
}

/// Makes random ids for the requests that `check` names and that do not exist.
enum RandomID {
    /// A random UUID of version 4, the form in which Teleport names requests.
    static func uuid() -> String {
        func digits(_ count: Int) -> String {
            String((0..<count).map { _ in "0123456789abcdef".randomElement() ?? "0" })
        }
        return "\(digits(8))-\(digits(4))-4\(digits(3))-8\(digits(3))-\(digits(12))"
    }
}
