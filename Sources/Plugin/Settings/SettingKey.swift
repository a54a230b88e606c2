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

enum Spelling {
    /// The candidate that takes the fewest changes, if those are few for its length.
    static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        candidates
            .map { (candidate: $0, distance: distance(word.lowercased(), $0)) }
            .filter { $0.distance <= max(1, $0.candidate.count / 3) }
            .min { $0.distance < $1.distance }?
            .candidate
    }

    /// Insertions, deletions, replacements and swaps of neighbours. Long words count as far without being looked at.
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count <= 64, right.count <= 64 else { return .max }
        var before: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[right.count]
    }
}
