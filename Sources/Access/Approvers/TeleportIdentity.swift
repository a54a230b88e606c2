/// What is known of a Mattermost account's user in Teleport.
package enum TeleportIdentity: Equatable, Sendable {
    /// `[approvals.users]` names this user.
    case mapped(String)
    /// This user alone has the account in the trait that the configuration names.
    case trait(String)
    /// The account's e-mail address, which the configuration lets stand for the Teleport user of that name.
    case address(String)
    /// Nothing that the configuration has tells the account's user.
    case unknown
    /// No user has the account in the trait.
    case nobody
    /// More than one user has the account in the trait, so that it tells nothing.
    case several([String])
    /// The users could not be looked through.
    case failed(TeleportError)

    /// The Teleport user in whose name a review is submitted; nil if there is none.
    package var author: String? {
        switch self {
        case .mapped(let user), .trait(let user), .address(let user): user
        case .unknown, .nobody, .several, .failed: nil
        }
    }

    /// The Teleport user, if an administrator has said so; nil for one that is only concluded from an address.
    package var known: String? {
        switch self {
        case .mapped(let user), .trait(let user): user
        case .address, .unknown, .nobody, .several, .failed: nil
        }
    }

    /// The rule that told the user, by its name in the audit; nil if none did. The names do not change between versions.
    package var rule: String? {
        switch self {
        case .mapped: "users"
        case .trait: "trait"
        case .address: "email"
        case .unknown, .nobody, .several, .failed: nil
        }
    }

    /// Whether the trait was asked for and did not tell one user.
    package var isUntold: Bool {
        switch self {
        case .nobody, .several, .failed: true
        case .mapped, .trait, .address, .unknown: false
        }
    }
}
