/// The keys of the configuration file. There are no others.
enum SettingKey: String, CaseIterable {
    case addr = "teleport.addr"
    /// The older name of `addr`.
    case authServer = "teleport.auth_server"
    case identity = "teleport.identity"
    case refreshIdentity = "teleport.refresh_identity"
    case refreshIdentityInterval = "teleport.refresh_identity_interval"
    case clientKey = "teleport.client_key"
    case clientCrt = "teleport.client_crt"
    case rootCAs = "teleport.root_cas"
    case webAddr = "teleport.web_addr"
    case url = "mattermost.url"
    case team = "mattermost.team"
    case channel = "mattermost.channel"
    case recipients = "mattermost.recipients"
    case token = "mattermost.token"
    case secret = "mattermost.secret"
    case previousSecrets = "mattermost.previous_secrets"
    case acceptLegacySignatures = "mattermost.accept_legacy_signatures"
    case requireClickerProof = "approvals.require_clicker_proof"
    case approvers = "approvals.approvers"
    case allowSelf = "approvals.allow_self"
    case allowGuests = "approvals.allow_guests"
    case allowSuggested = "approvals.allow_suggested"
    case requireKnownRequester = "approvals.require_known_requester"
    case buttons = "approvals.buttons"
    case method = "approvals.method"
    case askReason = "approvals.ask_reason"
    case confirm = "approvals.confirm"
    case notifyRequester = "notify.requester"
    case reminderBefore = "reminders.before_expiry"
    case messageTitle = "messages.title"
    case messageText = "messages.text"
    case approvedMessage = "messages.approved"
    case deniedMessage = "messages.denied"
    case withdrawnMessage = "messages.withdrawn"
    case alreadyDecidedMessage = "messages.already_decided"
    case ownRequestMessage = "messages.own_request"
    case notApproverMessage = "messages.not_approver"
    case failedMessage = "messages.failed"
    case timezone = "messages.timezone"
    case showCluster = "messages.show_cluster"
    case publicAddr = "http.public_addr"
    case listenAddr = "http.listen_addr"
    case httpsKeyFile = "http.https_key_file"
    case httpsCertFile = "http.https_cert_file"
    case basicAuthUser = "http.basic_auth.user"
    case basicAuthPassword = "http.basic_auth.password"
    case trustedProxies = "http.trusted_proxies"
    case allowedSources = "http.allowed_sources"
    case output = "log.output"
    case severity = "log.severity"
    case auditOutput = "audit.output"

    /// Every table that may stand in the file.
    static let tables: Set<String> = [
        "teleport", "mattermost", "approvals", "notify", "reminders", "messages", "http", "http.basic_auth", "log", "audit",
    ]

    /// Those whose keys are names of the operator's.
    static let openTables: Set<String> = ["approvals.roles", "approvals.users", "role_to_recipients"]

    enum Kind { case string, strings, flag }

    var kind: Kind {
        switch self {
        case .previousSecrets, .approvers, .recipients, .trustedProxies, .allowedSources: .strings
        case .refreshIdentity, .acceptLegacySignatures, .requireClickerProof, .allowSelf, .allowGuests, .allowSuggested,
            .requireKnownRequester,
            .buttons, .notifyRequester, .showCluster:
            .flag
        default: .string
        }
    }

    /// Of no use without buttons, and printed empty by `configure`.
    var isOfButtons: Bool { self == .secret || self == .publicAddr }

    var section: String { String(rawValue.prefix { $0 != "." }) }
    /// Within its section, dots included.
    var name: String { String(rawValue.drop { $0 != "." }.dropFirst()) }
    var path: [String] { rawValue.split(separator: ".").map(String.init) }
    var title: String { "[\(section)] \(name)" }
}
