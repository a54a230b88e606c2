extension Card {
    /// The largest numbers of characters shown of the texts that people wrote. A card that is too large is rendered again with
    /// smaller limits.
    private struct Limits {
        var user = 100
        var roles = 300
        var list = 300
        var reason = 500
        var fallbackPart = 80

        func scaled(to percent: Int) -> Self {
            Limits(
                user: user * percent / 100, roles: roles * percent / 100, list: list * percent / 100,
                reason: reason * percent / 100, fallbackPart: fallbackPart * percent / 100)
        }
    }

    /// The part of ``PropsSize/limit`` that is kept free for the operator's own title and text.
    package static let roomForWords = 1200
    /// The largest number of characters shown of a cluster's name, which may have 255.
    private static let clusterLimit = 128

    /// Renders the card of a request. Texts that people wrote are shown in full if they fit, and otherwise shortened to what
    /// Mattermost takes.
    ///
    /// - Parameters:
    ///   - now: the present time. The time by which a request has to be decided is shown until then.
    ///   - shownCluster: the cluster's name, if the post is to show it.
    package init(
        _ subject: Subject, status: Status, buttons: [Button] = [], link: String? = nil, showsCommands: Bool = false,
        now: Timestamp? = nil, zone: ZoneClock = .utc, cluster: String? = nil, shownCluster: String? = nil
    ) {
        func rendered(_ percent: Int) -> Card {
            let limits = Limits().scaled(to: percent)
            var fields = Self.people(subject, limits)
            if let shownCluster {
                let name = InertText.code(shownCluster, limit: Self.clusterLimit)
                fields.append(Field(title: "Cluster", value: name.isEmpty ? "unknown" : name, isShort: true))
            }
            fields += Self.times(of: subject, status, now: now, zone)
            fields += Self.state(of: subject, status, limits, zone, showsCommands: showsCommands)
            return Card(
                requestID: subject.requestID, cluster: cluster, status: status, color: status.color,
                title: "Teleport access request", link: link,
                fields: fields, fallback: Self.fallback(subject, status, limits, zone),
                buttons: status == .pending && subject.kind == .shortTerm ? buttons : [])
        }
        self = rendered(100)
        for percent in [75, 50, 30, 15] where propsSize > PropsSize.limit - Self.roomForWords { self = rendered(percent) }
    }

    /// Returns the fields that show the requester, what they ask for, and why.
    private static func people(_ subject: Subject, _ limits: Limits) -> [Field] {
        let user = InertText.code(subject.user, limit: limits.user)
        let roles = InertText.list(subject.roles, limit: limits.roles)
        var fields = [
            Field(title: "User", value: user.isEmpty ? "unknown" : user, isShort: true),
            Field(title: "Roles", value: roles, isShort: true),
        ]
        if let kind = subject.kind.words { fields.append(Field(title: "Kind", value: kind, isShort: true)) }
        for (title, lines) in [("Resources", subject.resources), ("Logins", subject.logins)] where !lines.isEmpty {
            let value = InertText.list(lines, onLines: true, limit: limits.list)
            fields.append(Field(title: title, value: value, isShort: false))
        }
        let reason = InertText.code(subject.reason, limit: limits.reason)
        if !reason.isEmpty { fields.append(Field(title: "Reason", value: reason, isShort: false)) }
        return fields
    }

    /// Returns the fields that show when the access begins and ends. They show moments and not the time that is left, which
    /// would be wrong a minute later.
    private static func times(of subject: Subject, _ status: Status, now: Timestamp?, _ zone: ZoneClock) -> [Field] {
        guard let times = subject.times else { return [] }
        var fields: [Field] = []
        if let starts = times.accessStarts, starts > times.created ?? starts.advanced(by: .milliseconds(-1)) {
            fields.append(Field(title: "Starts", value: zone.minute(starts), isShort: true))
        }
        for (title, end) in [("Access", times.accessEnds), ("Session", times.sessionEnds)] {
            guard let end else { continue }
            var value = "until \(zone.minute(end))"
            if let created = times.created {
                guard end > created else { continue }
                let start = times.accessStarts.flatMap { created..<end ~= $0 ? $0 : nil } ?? created
                value = "\(end.since(start).inWords), \(value)"
            }
            fields.append(Field(title: title, value: value, isShort: true))
        }
        if status == .pending, let now, let expires = times.expires, expires > now {
            fields.append(Field(title: "Expires", value: zone.minute(expires), isShort: true))
        }
        return fields
    }

    /// Returns the fields that show the request's id, its status, and how it is or was decided.
    private static func state(
        of subject: Subject, _ status: Status, _ limits: Limits, _ zone: ZoneClock, showsCommands: Bool
    ) -> [Field] {
        var words = status.text(in: zone)
        if status == .pending, !subject.progress.isEmpty { words += " · \(subject.progress)" }
        var fields = [
            Field(title: "Request ID", value: "`\(subject.requestID)`", isShort: true),
            Field(title: "Status", value: words, isShort: true),
        ]
        let isDecidedHere = status == .pending && subject.kind == .shortTerm
        if status == .pending, let how = subject.kind.howToDecide {
            fields.append(Field(title: "How to decide", value: how, isShort: false))
        }
        if isDecidedHere, !subject.approvers.isEmpty {
            fields.append(Field(title: "Who decides", value: subject.approvers, isShort: false))
        }
        let why = InertText.code(status.reason, limit: limits.reason)
        if !why.isEmpty { fields.append(Field(title: "Decision's reason", value: why, isShort: false)) }
        if showsCommands, isDecidedHere {
            let commands = ["approve", "deny"].map { "`tsh request review --\($0) \(subject.requestID)`" }
            fields.append(Field(title: "Review", value: commands.joined(separator: "\n"), isShort: false))
        }
        return fields
    }

    /// Returns the text of a push notification.
    private static func fallback(_ subject: Subject, _ status: Status, _ limits: Limits, _ zone: ZoneClock) -> String {
        let user = InertText.plain(subject.user, limit: limits.fallbackPart)
        let roles = InertText.plain(subject.roles.joined(separator: ", "), limit: limits.fallbackPart)
        let reason = InertText.plain(subject.reason, limit: limits.fallbackPart)
        let why = reason.isEmpty ? "" : " – “\(reason)”"
        return status == .pending
            ? "\(user) asks for \(roles)\(why)" : "\(status.text(in: zone)): \(user)’s request for \(roles)"
    }
}

extension AccessRequest.Kind {
    /// The text of the card's Kind field; nil for the usual kind, which is not mentioned.
    fileprivate var words: String? {
        switch self {
        case .shortTerm: nil
        case .longTerm: "long-term access"
        case .unreadable: "with a name that is no valid text"
        case .unknown(let number): "kind \(number), which this version does not know"
        }
    }

    /// Says how a request that has no buttons is decided; nil for a request that has them.
    fileprivate var howToDecide: String? {
        switch self {
        case .shortTerm: nil
        case .longTerm:
            "Promote it to an access list in Teleport. An approval would give temporary access only, and would keep it from "
                + "being promoted."
        case .unreadable:
            "Decide it in Teleport. A name in the request is not valid UTF-8, so a post cannot show exactly what is asked for."
        case .unknown: "Decide it in Teleport."
        }
    }
}

extension Card.Status {
    /// The text of the card's Status field.
    package func text(in zone: ZoneClock = .utc) -> String {
        switch self {
        case .pending: "⏳ PENDING"
        case .approved(let resolution): "✅ APPROVED" + Self.whoAndWhen(resolution, zone)
        case .denied(let resolution): "❌ DENIED" + Self.whoAndWhen(resolution, zone)
        case .promoted(let list):
            "✅ PROMOTED to an access list" + (list.isEmpty ? "" : ", \(InertText.code(list, limit: 100))")
        case .expired: "⌛ EXPIRED"
        case .unknown(let number): "❔ state \(number), which this version does not know"
        }
    }

    /// The reason that the decider gave; empty if there is none.
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

    private static func whoAndWhen(_ resolution: Card.Resolution?, _ zone: ZoneClock) -> String {
        guard let resolution else { return "" }
        return (resolution.by.map { " by @\($0)" } ?? "") + " · " + zone.minute(resolution.at)
    }
}
