import Access
import Logging
import Mattermost
import MonitoringRules
import Posts
package import Settings
import Watcher

/// Explains who is told of a request and why, rule by rule. Nothing is posted or changed.
package struct Explain: Sendable {
    private let settings: Settings
    private let request: AccessRequest
    /// The rules of a file; nil for those of Teleport.
    private let rules: [MonitoringRule]?
    private let report: CheckReport

    /// Reads the files.
    /// - Parameters:
    ///   - request: the path of a request's file.
    ///   - rules: the path of a file with rules; nil to ask Teleport.
    package init(_ settings: Settings, request: String, rules: String?, report: CheckReport) throws {
        self.settings = settings
        self.request = try RequestFile.read(request)
        self.rules = try rules.map { (path) throws(Notice) in try RuleFile.read(path) }
        self.report = report
    }

    package func run() async {
        let roles = request.roles.isEmpty ? "no roles" : request.roles.joined(separator: ", ")
        let words = "\(request.user) asks for \(roles)"
        report.add(
            request.state == .pending
                ? .ok("request \(request.id)", words)
                : .skipped("request \(request.id)", "\(words); it is \(request.state.name), and only pending ones are posted"))
        let named = await namedByRules()
        guard !Task.isCancelled else { return }
        await tellRecipients(named)
    }

    // MARK: - Rules

    /// Explains each rule, and returns the recipients of those that match; nil if no rule is asked.
    private func namedByRules() async -> [(name: String, rules: [String])] {
        guard settings.teleport.usesMonitoringRules else {
            report.add(RuleSteps.switchedOff)
            return []
        }
        if let rules, RuleBook(rules, zone: SystemZone.clock).lookUps.isEmpty { return await explain(rules, nil) }
        let client = TeleportClient(configuration: settings.teleport, logger: .silent)
        return await Connection.open(client, asksForEvents: false) { failure in
            if let failure {
                report.add(.failed(RuleSteps.name, failure, otherwise: "See `teleport-mattermost check`."))
                return []
            }
            return await listed(client)
        }
    }

    private func listed(_ client: TeleportClient) async -> [(name: String, rules: [String])] {
        do {
            let listed = if let rules { rules } else { try await client.monitoringRules() }
            return await explain(listed, client)
        } catch {
            report.add(.failed(RuleSteps.name, error, otherwise: "Check again."))
            return []
        }
    }

    private func explain(_ listed: [MonitoringRule]?, _ client: TeleportClient?) async -> [(name: String, rules: [String])] {
        let book = RuleSteps.book(of: listed, version: client?.status.serverVersion, report)
        guard !book.entries.isEmpty, let facts = await facts(book, client) else { return [] }
        var named: [(name: String, rules: [String])] = []
        for (entry, outcome) in book.outcomes(for: facts) {
            report.add(Self.step(of: entry.rule, outcome))
            guard outcome == .matches else { continue }
            for name in entry.rule.recipients {
                if let index = named.firstIndex(where: { $0.name == name }) {
                    named[index].rules.append(entry.rule.name)
                } else {
                    named.append((name, [entry.rule.name]))
                }
            }
        }
        return named
    }

    private func facts(_ book: RuleBook, _ client: TeleportClient?) async -> RuleFacts? {
        guard let client else { return RuleFacts(request) }
        do {
            let found = try await RuleLookUps(client).facts(of: request, for: book.lookUps)
            if let denial = found.denial {
                let words = "cannot be read, so rules take them for empty: \(denial.words)"
                report.add(
                    .warning("traits of \(request.user)", Notice(words, mend: denial.mend), otherwise: "Check the role."))
            }
            return found.facts
        } catch {
            report.add(
                .failed("look-ups for rules", error, otherwise: "All rules are ignored for a request while a look-up fails."))
            return nil
        }
    }

    private static func step(of rule: MonitoringRule, _ outcome: RuleBook.Outcome) -> CheckStep {
        let name = "rule \(rule.name)"
        return switch outcome {
        case .matches:
            .ok(name, "matches, and names \(rule.recipients.isEmpty ? "nobody" : rule.recipients.joined(separator: ", "))")
        case .outsideSchedule: .skipped(name, "does not match: the request was made outside its schedules")
        case .unmet(let part): .skipped(name, "does not match: this is not true: \(part)")
        case .notBoolean(let type): .skipped(name, "does not match: its condition is \(type), and neither true nor false")
        case .skipped(let fault):
            .failed(name, "is skipped: \(fault.words)", mend: RuleSteps.mend(rule.name))
        case .undecided(let fault):
            .failed(
                name, "keeps the request from being posted: \(fault.words)",
                mend: "Make its condition simpler: tctl edit access_monitoring_rule/\(rule.name)")
        }
    }

    // MARK: - Recipients

    private func tellRecipients(_ named: [(name: String, rules: [String])]) async {
        let chat: MattermostClient
        do {
            chat = try MattermostClient(settings.mattermost.client)
        } catch {
            return report.add(.failed("Mattermost", error, otherwise: "Check [mattermost] url, token and ca_file."))
        }
        defer { chat.shutdown() }
        let checker = ChatCheck(settings: settings, chat: chat, report: report)
        var told: Set<String> = []
        for (name, rules) in named {
            let why = "as the rule\(rules.count > 1 ? "s" : "") \(rules.joined(separator: ", ")) named it"
            if await tell(name, why, checker) { told.insert(name) }
        }
        await tellOthers(except: told, checker)
    }

    /// Explains the recipients that the configuration and the requester name.
    /// - Parameter told: the recipients that rules name and that are told. If there is one, no other recipient is told.
    private func tellOthers(except told: Set<String>, _ checker: ChatCheck) async {
        let isReplaced = !told.isEmpty
        let rules = settings.mattermost.recipients
        let configured = rules.recipients(ofRoles: request.roles)
        let suggested = request.suggestedReviewers.filter { !configured.map(\.description).contains($0) }
        for recipient in configured where !told.contains(recipient.description) {
            let section = rules.always.contains(recipient) ? "[mattermost] recipients" : "[role_to_recipients]"
            if isReplaced {
                report.add(.skipped("recipient \(recipient)", "of \(section) is not told, because a rule names others"))
            } else {
                _ = await tell(recipient.description, "as \(section) names it", checker)
            }
        }
        for name in suggested where !told.contains(name) {
            guard !isReplaced, case .person? = Recipient(name) else {
                let why = isReplaced ? "a rule names others" : "only e-mail addresses name people in Mattermost"
                report.add(.skipped("recipient \(name)", "that the requester suggests is not told, because \(why)"))
                continue
            }
            _ = await tell(name, "as the requester suggests it", checker)
        }
        if !isReplaced, configured.isEmpty, suggested.isEmpty {
            report.add(.failed("recipients", "nobody is told", mend: "Name recipients in [mattermost], or in a rule."))
        }
    }

    private func tell(_ name: String, _ why: String, _ checker: ChatCheck) async -> Bool {
        let step = "recipient \(name)"
        guard let recipient = Recipient(name) else {
            report.add(
                .failed(
                    step, "is neither team/channel nor an e-mail address",
                    mend: "Mend the rule: tctl edit access_monitoring_rule"))
            return false
        }
        switch await checker.place(of: recipient) {
        case .success:
            report.add(.ok(step, "is told, \(why)"))
            return true
        case .failure(let error):
            report.add(
                .failed(step, error, otherwise: "Write team/channel as the channel's URL has it, and invite the bot there."))
            return false
        }
    }
}
