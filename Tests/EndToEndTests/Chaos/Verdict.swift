import Sandbox

/// Finds everything that is wrong at the end of a run.
struct Verdict {
    struct Problem: Sendable {
        var id: String?
        var what: String
    }

    /// The caller in the audit log, and the name under which it keeps its data.
    static let plugin = "access-plugin-mattermost", dataName = "mattermost"
    /// A limit in milliseconds. The plugin may overwrite another decision only if its own was under way already. So at most
    /// this much time may pass between the two.
    private static let race: Int64 = 20_000

    private let run: ChaosRun
    private let entries: [Ledger.Entry]
    private let audit: [String: [AuditEntry]]
    private let byRequest: [String: [ChatPost]]
    /// The ids of the channels to which a pending request is posted.
    private let channels: Set<String>

    init(_ run: ChaosRun) throws {
        self.run = run
        entries = run.ledger.entries
        audit = Dictionary(grouping: run.stage.auth.auditLog, by: \.requestID)
        byRequest = Dictionary(grouping: try run.stage.mattermost.world.read { $0.posts }) {
            $0.props["teleport"]?["request_id"]?.text ?? ""
        }
        let wanted = run.replicas.setup.channels
        channels = Set(
            try run.stage.mattermost.world.read { state throws(AppError) in
                state.channels.filter { wanted.contains($0.name) }.map(\.id)
            })
    }

    func all() throws -> [Problem] {
        posts() + entries.flatMap { decisions(of: $0) + words(of: $0) }
            + (run.excuses.blamed + run.replicas.crashes()).map { Problem(id: nil, what: $0) }
    }

    /// Checks that each request has one post in each channel, and that every post shows the truth.
    func posts() -> [Problem] {
        entries.flatMap { entry in
            let posts = byRequest[entry.id] ?? []
            let request = run.stage.auth.request(entry.id)
            var problems: [String] = []
            // A person deletes only the request's first post. Posts in other channels, and posts that are made after the record
            // was lost, are right.
            let most = Dictionary(grouping: posts, by: \.channelID).values.map(\.count).max() ?? 0
            if most > 1 { problems.append("\(most) posts") }
            if entry.wasDeletedByPerson {
                let first = posts.filter { $0.channelID == entry.deletedIn }
                if !first.isEmpty, !entry.hasLostRecord { problems.append("a post that a person deleted was made again") }
            } else if posts.isEmpty, entry.wasPosted || request?.state == .pending {
                problems.append("no post")
            } else if request?.state == .pending, !channels.isSubset(of: posts.map(\.channelID)) {
                problems.append("no post for a recipient")
            }
            problems += posts.compactMap { lie(of: $0, about: request, entry) }
            return problems.map { Problem(id: entry.id, what: $0) }
        }
    }

    private func lie(of post: ChatPost, about request: AuthRequest?, _ entry: Ledger.Entry) -> String? {
        let last = audit[entry.id]?.last
        let shown = post.props["teleport"]?["state"]?.text ?? "nothing"
        var truths = request.map { [$0.state.name.lowercased()] } ?? ["expired", last?.state.name.lowercased() ?? "expired"]
        // If a request and its record are both gone, the plugin cannot know what its post should show.
        if request == nil, entry.hasLostRecord { truths.append("pending") }
        guard truths.contains(shown) else { return "a post shows \(shown), not \(truths.joined(separator: " or "))" }
        let status = post.field("Status") ?? ""
        guard status.contains(shown.uppercased()) else { return "a post of state \(shown) says \(status)" }
        let buttons = post.attachment?["actions"]?.elements?.count ?? 0
        guard buttons == (shown == "pending" ? 2 : 0) else { return "a post that shows \(shown) has \(buttons) buttons" }
        if shown == "pending", request != nil, let stale = staleAddress(of: post) {
            return "a button calls \(stale), not \(run.replicas.setup.host)"
        }
        guard let name = status.firstMatch(of: /by @(\w+)/)?.output.1 else {
            let isNameMissing = last?.caller == Self.plugin && shown != "expired" && !entry.hasLostRecord
            return isNameMissing ? "a post does not say that \(last?.delegator ?? "") decided" : nil
        }
        if last?.delegator == "mattermost:\(name)@example.com" { return nil }
        // The plugin may name another person than Teleport's audit log, because Teleport does not tell who decided. That person
        // must have sent the same decision, and got no confirmation.
        let isUnconfirmed = entry.clicks.contains { click in
            guard click.person == name, case .told(let words) = click.result else { return false }
            return words.contains("which has not confirmed it yet")
        }
        return isUnconfirmed ? nil : "a post says wrongly that \(name) decided"
    }

    /// Returns the address that a pending post's button calls, if that is not the present one. Without replicas no address is
    /// stale.
    private func staleAddress(of post: ChatPost) -> String? {
        guard !run.replicas.all.isEmpty else { return nil }
        let urls = (post.attachment?["actions"]?.elements ?? []).compactMap { $0["integration"]?["url"]?.text }
        return urls.first { !$0.hasPrefix("https://\(run.replicas.setup.host):") }
    }

    /// Checks that the plugin decided each request at most once, and only for people who clicked.
    private func decisions(of entry: Ledger.Entry) -> [Problem] {
        let log = audit[entry.id] ?? []
        let own = log.filter { $0.caller == Self.plugin }
        var problems: [String] = []
        if own.count > 1 { problems.append("decided \(own.count) times by the plugin") }
        for decision in own {
            let earlier = log.first { $0.caller != Self.plugin && $0.state != decision.state && $0.time < decision.time }
            if let earlier {
                run.ledger.count("decisions that raced with tctl's and overwrote it")
                let late = decision.time.milliseconds - earlier.time.milliseconds
                if late > Self.race { problems.append("a decision of \(late) ms before was overwritten by the plugin") }
            }
            let clicks = entry.clicks.filter { "mattermost:\($0.person)@example.com" == decision.delegator }
            if !clicks.contains(where: { $0.mayHaveDecided(decision.state) }) {
                problems.append("\(decision.delegator) decided, but was told that nothing was decided")
            }
        }
        return problems.map { Problem(id: entry.id, what: $0) }
    }

    /// Checks that every click was answered with a text, and that the text is true.
    private func words(of entry: Ledger.Entry) -> [Problem] {
        let own = (audit[entry.id] ?? []).filter { $0.caller == Self.plugin }
        return entry.clicks.compactMap { click in
            switch click.result {
            case .unanswered(let excuse): return excuse == nil ? "\(click.person)'s click was not answered" : nil
            case .told(""): return "\(click.person) was told nothing"
            case .told(let words):
                guard words.hasPrefix("You approved") || words.hasPrefix("You denied") else { return nil }
                let isTrue = own.contains {
                    $0.delegator == "mattermost:\(click.person)@example.com" && $0.state == click.state
                        && words.hasPrefix("You \($0.state.name.lowercased())")
                }
                return isTrue ? nil : "\(click.person) was told “\(words)”, which is not so"
            }
        }.map { Problem(id: entry.id, what: $0) }
    }
}

extension Ledger.ClickOutcome {
    var state: AuthRequest.State { button == "approve" ? .approved : .denied }

    /// Whether the answer to the click does not contradict that the person made this decision.
    fileprivate func mayHaveDecided(_ decided: AuthRequest.State) -> Bool {
        guard state == decided else { return false }
        return switch result {
        case .unanswered: true
        case .told(let words): !words.contains("nothing was decided")
        }
    }
}
