import Access
import ActionCrypto
import Mattermost
import MonitoringRules
import Posts
import Settings

/// Checks that Mattermost can be reached, knows the bot, and lets it do what the plugin needs.
struct ChatCheck: Sendable {
    /// The results of these steps that later steps need.
    struct Facts: Sendable {
        var bot: ChatUser
        /// The recipients that were found.
        var places: [RecipientPlace] = []
        /// The key that proves who clicked; nil if no proof is required or none is offered.
        var key: ClickerKey?
    }

    let settings: Settings
    let chat: MattermostClient
    let report: CheckReport
    /// The monitoring rules of Teleport that name this plugin.
    var rules = RuleBook.empty

    private static let mend = "Check [mattermost] url and token."
    private static let clock = "Mattermost's clock"
    private static let later = ["bot account", "recipients", "e-mail addresses", "proof of who clicked"]
    /// The largest difference of the clocks that is not a failure. It cannot be small: the `Date` header has whole seconds, and
    /// an answer takes time.
    private static let clockTolerance = Duration.seconds(30)

    /// Runs the steps and returns what they found; nil if Mattermost cannot be reached or does not know the bot.
    func run() async -> Facts? {
        guard await ping() else {
            skip([Self.clock, "Mattermost token"] + Self.later)
            return nil
        }
        checkClock()
        guard let bot = await me() else {
            skip(Self.later)
            return nil
        }
        checkBot(bot)
        var facts = Facts(bot: bot)
        facts.places = await checkRecipients(bot)
        await checkRuleRecipients(bot)
        await checkApprovers(bot)
        await checkAddresses()
        facts.key = await checkKey()
        return facts
    }

    private func skip(_ names: [String]) {
        for name in names { report.add(.skipped(name, "an earlier step failed")) }
    }

    private func ping() async -> Bool {
        await step("Mattermost", mend: "Check [mattermost] url and the network on the way there.") {
            try await chat.ping()
            return "\(settings.mattermost.url) answers"
        }
    }

    private func me() async -> ChatUser? {
        var bot: ChatUser?
        _ = await step("Mattermost token") {
            let user = try await chat.me()
            bot = user
            return "it is @\(user.username)'s"
        }
        return bot
    }

    /// Adds one step: ok with the text that `body` returns, failed with the error that it throws. Returns false when it failed.
    private func step(_ name: String, mend: String = Self.mend, _ body: () async throws -> String) async -> Bool {
        do {
            report.add(.ok(name, try await body()))
            return true
        } catch {
            report.add(.failed(name, error, otherwise: mend))
            return false
        }
    }

    private func checkBot(_ bot: ChatUser) {
        if bot.isBot, !bot.isDeleted { return report.add(.ok("bot account", "@\(bot.username) is a bot")) }
        report.add(
            .failed(
                "bot account", "@\(bot.username) is \(bot.isDeleted ? "deactivated" : "a person's account, not a bot's")",
                mend: "Make a bot (Integrations, Bot Accounts) and set [mattermost] token to its token."))
    }

    private func checkClock() {
        guard let difference = chat.reportedClockDifference else {
            return report.add(.skipped(Self.clock, "its answers have no Date"))
        }
        let seconds = difference.components.seconds
        guard difference > Self.clockTolerance || difference < .zero - Self.clockTolerance else {
            let words = abs(seconds) <= 1 ? "agrees with this machine's" : "is \(abs(seconds)) s from this machine's"
            return report.add(.ok(Self.clock, words))
        }
        report.add(
            .failed(
                Self.clock, "is \(abs(seconds)) s \(seconds > 0 ? "ahead of" : "behind") this machine's",
                mend: "Set the clocks of both machines, for example with timedatectl set-ntp true."))
    }

    private func checkKey() async -> ClickerKey? {
        let name = "proof of who clicked"
        guard settings.approvals.hasButtons, settings.approvals.requiresClickerProof else {
            let why = settings.approvals.hasButtons ? "[approvals] require_clicker_proof is false" : "posts have no buttons"
            report.add(.skipped(name, why))
            return nil
        }
        var key: ClickerKey?
        _ = await step(name) {
            guard let text = try await chat.clickerKey() else {
                throw Notice(
                    "Mattermost offers no key to prove it with.",
                    mend: "Upgrade Mattermost, or set [approvals] require_clicker_proof = false to believe whoever the "
                        + "callback names.")
            }
            key = try ClickerKey(text)
            return "Mattermost's key can be used"
        }
        return key
    }

    private func checkAddresses() async {
        let name = "e-mail addresses"
        let isNeeded = settings.needsAddresses || rulesNeedAddresses
        let isOfUse = settings.approvals.hasButtons && !settings.approvals.policy.allowsSelf
        guard isNeeded || isOfUse else { return report.add(.skipped(name, "nobody is looked up by address")) }
        do {
            switch try await chat.showsEmailAddresses() {
            case true: report.add(.ok(name, "Mattermost shows them to the bot"))
            case nil: report.add(.skipped(name, "Mattermost does not tell whether it shows them"))
            case false where !isNeeded:
                let words = "are hidden, which matters only where Teleport's users are named by address: map those in "
                report.add(.skipped(name, words + "[approvals.users]"))
            case false:
                report.add(
                    .failed(
                        name, "Mattermost hides them, and recipients or approvers are named by address",
                        mend: "Show them (System Console, Site Configuration, Users and Teams, Show Email Address), or name "
                            + "channels and user names instead."))
            }
        } catch {
            report.add(.failed(name, error, otherwise: Self.mend))
        }
    }
}

extension Settings {
    /// Whether a recipient or an approver is named by e-mail address.
    fileprivate var needsAddresses: Bool {
        let policy = approvals.policy
        let approvers = policy.approvers + policy.roles.values.flatMap(\.self)
        return mattermost.recipients.all.contains { if case .person = $0 { true } else { false } }
            || approvers.contains { if case .email = $0 { true } else { false } }
    }
}
