import Access
import Mattermost
import MonitoringRules
import Posts
import Settings
import Watcher

/// The steps about access monitoring rules that `check` and `explain` share.
enum RuleSteps {
    static let name = "access monitoring rules"
    static let switchedOff = CheckStep.skipped(name, "[teleport] monitoring_rules is false")

    /// Adds the step that says how many rules name this plugin, and returns these rules.
    ///
    /// - Parameters:
    ///   - listed: the rules of Teleport; nil if the server has none.
    ///   - version: the version of that server; nil if it is not known.
    static func book(of listed: [MonitoringRule]?, version: String?, _ report: CheckReport) -> RuleBook {
        guard let listed else {
            report.add(.skipped(name, "Teleport \(version ?? "") has none; they came with 15"))
            return .empty
        }
        let book = RuleBook(listed, zone: SystemZone.clock)
        let step: CheckStep =
            switch book.entries.count {
            case 0: .skipped(name, "none is about access requests and names this plugin")
            case 1: .ok(name, "1 names this plugin")
            default: .ok(name, "\(book.entries.count) name this plugin")
            }
        report.add(step)
        return book
    }

    /// The advice to correct these rules, with the commands that open them.
    static func mend(_ rules: String...) -> String { mend(rules) }

    static func mend(_ rules: [String]) -> String {
        "Mend it: \(rules.map { "tctl edit access_monitoring_rule/\($0)" }.joined(separator: ", "))"
    }
}

// MARK: - Teleport

extension TeleportCheck {
    /// Lists the rules that name this plugin, and reports those that cannot be used.
    func checkRules(_ client: TeleportClient) async -> RuleBook {
        guard settings.teleport.usesMonitoringRules else {
            report.add(RuleSteps.switchedOff)
            return .empty
        }
        do {
            let listed = try await client.monitoringRules()
            let book = RuleSteps.book(of: listed, version: client.status.serverVersion, report)
            for (rule, fault) in book.faults {
                report.add(.warning("rule \(rule)", "is skipped: \(fault.words)", mend: RuleSteps.mend(rule)))
            }
            return book
        } catch {
            // A role that may not read rules belongs to an operator who does not use them.
            let isQuiet = error.code == .permissionDenied
            report.add(
                isQuiet
                    ? .skipped(RuleSteps.name, "the plugin's role may not read them, so they choose nobody")
                    : .failed(RuleSteps.name, error, otherwise: "See Teleport's log, and check again."))
            return .empty
        }
    }
}

// MARK: - Mattermost

extension ChatCheck {
    /// A recipient that rules name, with their names.
    private struct Named {
        var text: String
        var rules: [String]

        var why: String { "named by the rule\(rules.count > 1 ? "s" : "") \(rules.joined(separator: ", "))" }
    }

    /// The recipients of the rules that can be used, each once, in the order of the rules.
    private var namedByRules: [Named] {
        var named: [Named] = []
        for entry in rules.entries where entry.fault == nil {
            for text in entry.rule.recipients {
                if let index = named.firstIndex(where: { $0.text == text }) {
                    if named[index].rules.last != entry.rule.name { named[index].rules.append(entry.rule.name) }
                } else if named.count < RuleKeeper.namedLimit {
                    named.append(Named(text: text, rules: [entry.rule.name]))
                }
            }
        }
        return named
    }

    /// Whether a rule names a recipient by e-mail address.
    var rulesNeedAddresses: Bool {
        namedByRules.contains { if case .person? = Recipient($0.text) { true } else { false } }
    }

    /// Looks up the recipients that rules name. One that is not found is a warning and no failure: the plugin works, and tells
    /// the other recipients of the rule or, if there are none, those of the configuration.
    func checkRuleRecipients(_ bot: ChatUser) async {
        let wanted = namedByRules
        var all = settings.mattermost.recipients
        all.always += wanted.compactMap { Recipient($0.text) }
        for named in wanted {
            let name = "recipient \(named.text)"
            guard let recipient = Recipient(named.text) else {
                let words = "is neither team/channel nor an e-mail address, and is \(named.why)"
                report.add(.warning(name, words, mend: RuleSteps.mend(named.rules)))
                continue
            }
            switch await place(of: recipient) {
            case .success(let place):
                report.add(.ok(name, "was found, \(named.why)"))
                // The steps about a channel of the configuration are there already.
                guard !settings.mattermost.recipients.all.contains(recipient) else { continue }
                await checkChannel(recipient, place, bot, all)
            case .failure(let error):
                let invite = if case .channel = recipient { ", or invite the bot to the channel" } else { "" }
                let mend = RuleSteps.mend(named.rules) + invite
                report.add(.warning(name, "\(CheckStep.words(of: error)), \(named.why)", mend: mend))
            }
        }
    }
}
