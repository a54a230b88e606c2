import Access
import ActionCrypto
import Base
import CallbackServer
import Clicks
import Log
import Logging
import Mattermost
import Posts
import Settings
import Watcher

extension Daemon {
    /// Makes the service that takes changes of the configuration over.
    /// - Parameters:
    ///   - parts: what the services for posts and clicks work with; a change replaces it.
    ///   - rules: the monitoring rules of Teleport; nil if they are switched off.
    ///   - proofs: remembers proofs longer where dialogs are opened.
    ///   - lookAgain: looks at all requests again, because what their posts should be may have changed.
    func makeReload(
        _ parts: LiveParts, rules: RuleKeeper?, proofs: ProofVerifier?, lookAgain: @escaping @Sendable () -> Void
    ) -> Reload {
        let configuration = LiveConfiguration(
            settings, certificate: tls, logger: logger
        ) { new in
            let signer = try new.signer()
            try chat.use(new.mattermost.token)
            logStyle.replace(with: LogStyle(new.log, debug: isDebugging))
            teleport.use(new.teleport.clicks)
            proofs?.seen.keep(for: Self.keepProofs(new.approvals))
            self.signer.replace(with: signer)
            admission.replace(with: CallbackServer.Admission(new.http))
            parts.replace(with: makeParts(new, signer: signer, rules: rules, before: parts.posts.current.rendering))
            lookAgain()
        }
        return Reload(
            logFiles: logFiles, configuration: configuration,
            lookAtCredentials: { [teleport] in teleport.lookAtCredentials() }, interval: settings.teleport.refreshInterval,
            logger: logger, supervisor: Self.supervisor, clock: clock)
    }

    static func keepProofs(_ approvals: Settings.Approving) -> Duration {
        approvals.hasDialogs ? SeenProofs.keepWithDialogs : SeenProofs.keep
    }
}

extension LogStyle {
    /// - Parameter debug: whether everything is logged, whatever the configuration says.
    init(_ settings: Settings.Log, debug: Bool) {
        self.init(
            level: debug ? .debug : settings.severity,
            format: settings.format == .json ? .json : .text)
    }
}
