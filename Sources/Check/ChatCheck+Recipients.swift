import Access
import Mattermost
import Posts
import Settings

/// Looks up recipients and approvers by the same calls as the running plugin.
extension ChatCheck {
    private static let invite = "Write the name as it stands in the channel's URL, and invite the bot there."

    /// Looks up all recipients and returns the places of those that were found.
    func checkRecipients(_ bot: ChatUser) async -> [RecipientPlace] {
        let wanted = settings.mattermost.recipients.all
        if wanted.isEmpty {
            report.add(.skipped("recipients", "none are named: only reviewers whom a requester suggests are told"))
        }
        var places: [RecipientPlace] = []
        for recipient in wanted {
            let found = await place(of: recipient)
            switch found {
            case .success(let place):
                places.append(place)
                report.add(.ok("recipient \(recipient)", "was found"))
                await checkChannel(recipient, place, bot, settings.mattermost.recipients)
            case .failure(let error):
                report.add(.failed("recipient \(recipient)", error, otherwise: Self.invite))
            }
        }
        return places
    }

    /// Checks that the bot is in the channel of a recipient, and reports who can join it where its members may decide.
    /// - Parameter all: the recipients of all requests, by which it is found out whether members may decide.
    func checkChannel(
        _ recipient: Recipient, _ place: RecipientPlace, _ bot: ChatUser, _ all: RecipientRules
    ) async {
        guard case .channel = recipient else { return }
        await checkMembership(bot, "\(recipient)", place.channelID)
        if settings.approvals.hasButtons, settings.approvals.policy.letsMembersDecide(of: recipient, all) {
            tellWhoCanJoin("\(recipient)", place.kind, OpenChannel.recipient)
        }
    }

    func place(of recipient: Recipient) async -> Result<RecipientPlace, any Error> {
        let start = ContinuousClock.now
        let found = await Recipients(
            RecipientRules(always: [recipient]), chat: chat, logger: .silent, elapsed: { ContinuousClock.now - start }
        ).configured()
        if let place = found.places.first { return .success(place) }
        guard let failure = found.failures.first else { return .failure(Notice("was not found")) }
        // The underlying error does not repeat the recipient's name, which the step's name already contains.
        return .failure(failure.cause ?? failure)
    }

    private func checkMembership(_ bot: ChatUser, _ channel: String, _ channelID: String) async {
        let name = "membership \(channel)"
        let mend = Self.invitation(bot)
        do {
            let isMember = try await isMember(bot, of: channelID)
            report.add(
                isMember ? .ok(name, "the bot is in the channel") : .failed(name, "the bot is not in the channel", mend: mend))
        } catch {
            report.add(.failed(name, error, otherwise: mend))
        }
    }

    /// Reports who can join a channel whose members may decide.
    private func tellWhoCanJoin(_ channel: String, _ kind: ChannelInfo.Kind, _ warning: Notice) {
        let name = "who can join \(channel)"
        switch kind {
        case .open: report.add(.warning(name, warning, otherwise: "Make the channel private."))
        case .private, .direct, .group: report.add(.ok(name, "who is invited, as it is a private channel"))
        case .unknown: report.add(.skipped(name, "Mattermost does not tell whether the channel is private"))
        }
    }

    static func invitation(_ bot: ChatUser) -> String {
        "Type /invite @\(bot.username) in the channel: without, the bot may post there and not edit its posts."
    }

    /// Whether the bot is in the channel. The server answers 403 or 404 to a bot that is not a member.
    func isMember(_ bot: ChatUser, of channelID: String) async throws(MattermostError) -> Bool {
        do {
            return try await chat.isMember(bot.id, of: channelID)
        } catch {
            guard error.code == .forbidden || error.code == .notFound else { throw error }
            return false
        }
    }

    /// Looks up each approver and each mapped user that the configuration names.
    func checkApprovers(_ bot: ChatUser) async {
        let policy = settings.approvals.policy
        var seen: Set<Approver> = []
        let named = policy.approvers + policy.roles.sorted { $0.key < $1.key }.flatMap(\.value)
        for approver in named where settings.approvals.hasButtons && seen.insert(approver).inserted {
            await checkApprover(approver, bot)
        }
        for key in policy.users.keys.sorted() where settings.approvals.hasButtons {
            if ApprovalPolicy.isAccountID(key) {
                await lookUp("[approvals.users] \(key)") { try await chat.user(key) }
            } else {
                await lookUp("[approvals.users] @\(key)") { try await chat.user(named: key) }
            }
        }
    }

    private func checkApprover(_ approver: Approver, _ bot: ChatUser) async {
        switch approver {
        case .username(let username): await lookUp("approver @\(username)") { try await chat.user(named: username) }
        case .email(let address): await lookUp("approver \(address)") { try await chat.user(emailed: address) }
        case .channel(let channel):
            let name = "approvers \(channel)"
            do {
                let found = try await chat.channel(team: channel.team, channel: channel.channel)
                report.add(.ok(name, "the channel was found"))
                await checkMembership(bot, "\(channel)", found.id)
                tellWhoCanJoin("\(channel)", found.kind, OpenChannel.approver)
            } catch {
                report.add(.failed(name, error, otherwise: Self.invite))
            }
        }
    }

    private func lookUp(_ name: String, _ find: () async throws -> ChatUser) async {
        let mend = "Mend the name, or remove it."
        do {
            let user = try await find()
            let isGone = CheckStep.failed(name, "the account is deactivated", mend: "Name somebody else.")
            report.add(user.isDeleted ? isGone : .ok(name, "is @\(user.username)"))
        } catch {
            report.add(.failed(name, error, otherwise: mend))
        }
    }
}
