import Access
import Logging

/// Finds out who the person is in Teleport, where the configuration names a trait for that.
extension Approvals {
    /// Returns what is known of the person's user in Teleport. If that does not tell one user, the operator is told how to mend
    /// it. The person is told only where the user matters for the click.
    ///
    /// A denial by state grants nothing and is made in the plugin's name, so a look-up that takes long does not hold it up.
    func identify(_ facts: Facts, _ click: Click) async -> TeleportIdentity {
        let isNeeded = click.decision == .approve || context.method == .review
        let identity =
            isNeeded
            ? await context.identities.identity(of: facts.clicker) : await identity(of: facts.clicker, within: Self.briefly)
        guard let trait = context.policy.userTrait, let problem = IdentityProblem(identity, of: facts.clicker, trait: trait)
        else { return identity }
        context.logger.warning(
            "\(problem.notice.message)", metadata: .request(click.requestID, click.post, ["user_id": "\(click.userID)"]))
        return identity
    }

    /// The time that a click waits for an identity that it does not need.
    private static let briefly = Duration.milliseconds(500)

    private func identity(of account: ChatUser, within limit: Duration) async -> TeleportIdentity {
        let (identities, clock) = (context.identities, clock)
        return await withTaskGroup(of: TeleportIdentity.self) { group in
            group.addTask { await identities.identity(of: account) }
            group.addTask {
                try? await clock.sleep(for: limit)
                return .failed(TeleportError(.timedOut, "ListUsers: no answer from Teleport in \(limit)"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .unknown
        }
    }
}

/// The reason for which a trait does not tell the Teleport user of an account, in words for the operator.
struct IdentityProblem {
    let notice: Notice

    /// Nil if there is no problem.
    init?(_ identity: TeleportIdentity, of account: ChatUser, trait: String) {
        let who = "@\(account.username) (\(account.id))"
        switch identity {
        case .nobody:
            notice = Notice(
                "no Teleport user has the Mattermost account \(who) in the trait \(trait)",
                mend: "add the account's id to the trait of the person's user, in the identity provider or with tctl; users of "
                    + "single sign-on are stored only while they are logged in")
        case .several(let names):
            notice = Notice(
                "several Teleport users have the Mattermost account \(who) in the trait \(trait): "
                    + OneLine.bounded(names.joined(separator: ", "), 500),
                mend: "leave it in the trait of one of them")
        case .failed(let error):
            notice = Notice(
                "the Teleport user of the Mattermost account \(who) could not be looked up: \(error.words)", mend: error.mend)
        case .mapped, .trait, .address, .unknown: return nil
        }
    }
}

extension Approvals.Refusal.Why {
    /// The reason for an identity that does not tell one user.
    init(untold identity: TeleportIdentity) {
        switch identity {
        case .several: self = .severalTeleportUsers
        case .failed: self = .lookupFailed
        default: self = .noTeleportUser
        }
    }
}

extension Approvals.Refusal {
    /// The refusal of a person whose Teleport user the trait does not tell.
    init(untold identity: TeleportIdentity) { self.init(Why(untold: identity), ClickWords.untold(identity)) }
}

extension ClickWords {
    static func untold(_ identity: TeleportIdentity) -> String {
        switch identity {
        case .several:
            "More than one user of Teleport's has your Mattermost account in its trait, so nobody can tell which is yours. Nothing "
                + "was decided. Please tell an administrator."
        case .failed(let error) where error.code == .unimplemented:
            "This Teleport server is too old to tell which of its users you are, so nothing was decided. Please tell an "
                + "administrator."
        case .failed(let error) where error.code == .permissionDenied:
            "Teleport does not allow this plugin to look up which of its users you are, so nothing was decided. Please tell an "
                + "administrator."
        case .failed:
            "Teleport did not tell just now which of its users you are, so nothing was decided. Please try again in a moment."
        default:
            "No user of Teleport's has your Mattermost account in its trait, so nobody can tell who you are there. Nothing was "
                + "decided. Please log in to Teleport and try again, or tell an administrator."
        }
    }
}
