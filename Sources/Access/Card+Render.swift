extension Card {
    /// Characters shown of each thing that people wrote. Together they keep a post within Mattermost's 8,000 characters of
    /// props on 5.x, the buttons' contexts included.
    private enum Limit {
        static let user = 100
        static let roles = 300
        static let list = 300
        static let reason = 500
        static let fallbackPart = 80
    }

    package init(
        _ subject: Subject, status: Status, buttons: [Button] = [], link: String? = nil, showsCommands: Bool = false,
        now: Timestamp? = nil, cluster: String? = nil
    ) {
        let user = InertText.code(subject.user, limit: Limit.user)
        let roles = subject.roles.joined(separator: ", ")
        let reason = InertText.code(subject.reason, limit: Limit.reason)
        var fields = [
            Field(title: "User", value: user.isEmpty ? "unknown" : user, isShort: true),
            Field(title: "Roles", value: InertText.code(roles, limit: Limit.roles), isShort: true),
        ]
        let lists = [("Resources", subject.resources), ("Logins", subject.logins)]
        for (title, lines) in lists where !lines.isEmpty {
            fields.append(
                Field(title: title, value: InertText.code(lines.joined(separator: "\n"), limit: Limit.list), isShort: false))
        }
        if !reason.isEmpty { fields.append(Field(title: "Reason", value: reason, isShort: false)) }
        fields += Self.times(of: subject, status, now: now)
        fields.append(Field(title: "Request ID", value: "`\(subject.requestID)`", isShort: true))
        fields.append(Field(title: "Status", value: Self.status(status, of: subject), isShort: true))
        let why = InertText.code(status.reason, limit: Limit.reason)
        if !why.isEmpty { fields.append(Field(title: "Decision's reason", value: why, isShort: false)) }
        if showsCommands, status == .pending {
            let commands = ["approve", "deny"].map { "`tsh request review --\($0) \(subject.requestID)`" }
            fields.append(Field(title: "Review", value: commands.joined(separator: "\n"), isShort: false))
        }
        self.init(
            requestID: subject.requestID, cluster: cluster, status: status, color: status.color,
            title: "Teleport access request", link: link, fields: fields, fallback: Self.fallback(subject, status),
            buttons: status == .pending ? buttons : [])
    }

    private static func status(_ status: Status, of subject: Subject) -> String {
        status == .pending && !subject.progress.isEmpty ? "\(status.text) · \(subject.progress)" : status.text
    }

    private static func times(of subject: Subject, _ status: Status, now: Timestamp?) -> [Field] {
        guard let times = subject.times else { return [] }
        var fields: [Field] = []
        for (title, end) in [("Access", times.accessEnds), ("Session", times.sessionEnds)] {
            guard let end, end > times.created else { continue }
            let length = end.since(times.created).inWords
            fields.append(Field(title: title, value: "\(length), until \(end.minuteInUTC)", isShort: true))
        }
        if status == .pending, let now, let expires = times.expires, expires > now {
            let words = "in \(expires.since(now).inWords), at \(expires.minuteInUTC)"
            fields.append(Field(title: "Expires", value: words, isShort: true))
        }
        return fields
    }

    private static func fallback(_ subject: Subject, _ status: Status) -> String {
        let user = InertText.plain(subject.user, limit: Limit.fallbackPart)
        let roles = InertText.plain(subject.roles.joined(separator: ", "), limit: Limit.fallbackPart)
        let reason = InertText.plain(subject.reason, limit: Limit.fallbackPart)
        let why = reason.isEmpty ? "" : " – “\(reason)”"
        return status == .pending
            ? "\(user) asks for \(roles)\(why)" : "\(status.text): \(user)’s request for \(roles)"
    }
}

extension Card.Status {
    /// As the card's Status field shows it.
    package var text: String {
        switch self {
        case .pending: "⏳ PENDING"
        case .approved(let resolution): "✅ APPROVED" + Self.whoAndWhen(resolution)
        case .denied(let resolution): "❌ DENIED" + Self.whoAndWhen(resolution)
        case .promoted(let list):
            "✅ PROMOTED to an access list" + (list.isEmpty ? "" : ", \(InertText.code(list, limit: 100))")
        case .expired: "⌛ EXPIRED"
        case .unknown(let number): "❔ state \(number), which this version does not know"
        }
    }

    fileprivate var reason: String {
        switch self {
        case .approved(let resolution), .denied(let resolution): resolution?.reason ?? ""
        default: ""
        }
    }

    fileprivate var color: String {
        switch self {
        case .pending: "#FFBC1F"
        case .approved, .promoted: "#3DB887"
        case .denied: "#D24B4E"
        case .expired, .unknown: "#8D93A1"
        }
    }

    private static func whoAndWhen(_ resolution: Card.Resolution?) -> String {
        guard let resolution else { return "" }
        return (resolution.by.map { " by @\($0)" } ?? "") + " · " + resolution.at.minuteInUTC
    }
}
