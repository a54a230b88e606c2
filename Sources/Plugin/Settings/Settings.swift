package import Access
package import Base
package import CallbackServer
package import Logging
package import Mattermost
package import Watcher

/// The configuration file, checked: nothing in here needs to be checked again. ``load(_:)`` makes one.
package struct Settings: Sendable {
    package struct Chat: Sendable {
        package var url: ServerURL
        package var recipients: RecipientRules
        package var token: Secret<String>
        /// What the buttons are signed with; at least 16 bytes. Nil only where there are no buttons.
        package var secret: Secret<[UInt8]>?
        /// What buttons that still stand were signed with; verified, never signed with.
        package var previousSecrets: [Secret<[UInt8]>]
        /// Whether the original plugin's buttons work too.
        package var acceptsLegacySignatures: Bool
    }

    package struct Approving: Equatable, Sendable {
        /// Whether a click counts only with Mattermost's own signature of who made it.
        package var requiresClickerProof = true
        package var policy = ApprovalPolicy()
        package var askReason = AskReason.never
        package var confirm = Confirm.never
        /// Whether any click opens a dialog.
        package var hasDialogs: Bool { askReason != .never || confirm != .never }
        package var method = DecisionMethod.state
        /// Whether posts have buttons; without, they link to Teleport only.
        package var hasButtons = true
    }

    package struct HTTP: Sendable {
        package struct KeyPair: Equatable, Sendable {
            package var keyFile: String
            package var certificateFile: String
        }

        package struct BasicAuth: Sendable {
            package var user: String
            package var password: Secret<String>
        }

        /// Where Mattermost reaches the callback server; its path may be a prefix that a proxy strips, or not. Nil only where
        /// there are no buttons.
        package var publicURL: ServerURL?
        package var listen: ListenAddress
        /// Whether the plugin does not run without listening there.
        package var isNeeded = true
        /// Nil: a self-signed pair is made.
        package var tls: KeyPair?
        package var basicAuth: BasicAuth?
        /// Whose `X-Forwarded-For` says where a callback is from.
        package var trustedProxies = AddressRanges()
        /// From where clicks are taken.
        package var allowedSources = AddressRanges()
    }

    package struct Log: Equatable, Sendable {
        package enum Output: Equatable, Sendable {
            case stderr
            case stdout
            /// A path; the file is appended to.
            case file(String)
        }

        package var output = Output.stderr
        package var severity = Logger.Level.info
    }

    package var teleport: TeleportConfiguration
    package var mattermost: Chat
    package var approvals: Approving
    package var http: HTTP
    package var messages: Messages
    /// Whether requesters are told of decisions by direct message.
    package var notifiesRequester: Bool
    /// How long before a pending request lapses its threads are reminded; nil: never.
    package var remindsBefore: Duration?
    package var log: Log
    /// A file for decisions and refusals, besides the log.
    package var auditFile: String?
    /// What works but should not stay as it is; for the log.
    package var warnings: [String] = []
}
