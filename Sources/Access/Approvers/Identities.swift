import Synchronization

/// Finds the Teleport user of a Mattermost account, and the accounts of a Teleport user.
///
/// The rules are applied in this order, and the first that applies decides:
///
/// 1. `[approvals.users]`, by account id and then by user name.
/// 2. The trait, if the configuration names one: the user of whose trait the account's id or user name is a value.
/// 3. Without a trait, the e-mail address, if the configuration allows that.
///
/// Only an unequivocal answer of the trait is remembered, and only for ``lifetime``, so that a corrected user works at once.
package final class Identities: Sendable {
    static let lifetime = Duration.seconds(10)
    private static let limits = ExpiringTable<String, String>.Limits(all: 1000, perOwner: 1000, keep: lifetime)

    private let policy: ApprovalPolicy
    private let directory: any UserDirectory
    private let elapsed: @Sendable () -> Duration
    /// The Teleport users by the account's id and user name.
    private let remembered = Mutex(ExpiringTable<String, String>(limits))

    package init(
        _ policy: ApprovalPolicy, directory: any UserDirectory, elapsed: @escaping @Sendable () -> Duration
    ) {
        self.policy = policy
        self.directory = directory
        self.elapsed = elapsed
    }

    /// Returns what is known of the account's user. It never throws, because each caller has its own way on for an account
    /// without a user.
    package func identity(of account: ChatUser) async -> TeleportIdentity {
        if let mapped = policy.teleportUser(of: account) { return .mapped(mapped) }
        guard let trait = policy.userTrait else {
            return policy.emailIsUser && !account.email.isEmpty ? .address(account.email) : .unknown
        }
        let key = "\(account.id) \(account.username)"
        if let known = recall(key) { return .trait(known) }
        do {
            let names = try await users(of: account, trait)
            guard let name = names.first else { return .nobody }
            guard names.count == 1 else { return .several(names) }
            remember(name, for: key)
            return .trait(name)
        } catch {
            return .failed(Self.explained(error))
        }
    }

    /// Returns the accounts that are a Teleport user's by ``ApprovalPolicy/users`` or by the trait, as account ids and user
    /// names; empty if neither names one.
    package func accounts(ofUser user: String) async throws(TeleportError) -> [String] {
        let mapped = policy.accounts(ofUser: user)
        guard mapped.isEmpty, let trait = policy.userTrait else { return mapped }
        do {
            let found = try await directory.users(.named(user))
            let values = found.flatMap { $0.traits[trait] ?? [] }
            return values.filter { ApprovalPolicy.isAccountID($0) || MattermostName.isUsername($0) }
        } catch {
            throw Self.explained(error)
        }
    }

    /// Returns the names of the users in whose trait the account stands, by its id or by its user name.
    private func users(of account: ChatUser, _ trait: String) async throws(TeleportError) -> [String] {
        typealias Found = Result<[TeleportUser], TeleportError>
        let directory = directory
        // A person waits for both answers, so the calls are made at the same time.
        let answers = await withTaskGroup(of: Found.self, returning: [Found].self) { group in
            for value in Self.values(of: account) {
                group.addTask {
                    do throws(TeleportError) {
                        return .success(try await directory.users(.trait(name: trait, value: value)))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var names: Set<String> = []
        for answer in answers { names.formUnion(try answer.get().map(\.name).filter { !$0.isEmpty }) }
        return names.sorted()
    }

    /// The values of the trait that stand for the account. A user name that has the form of an account id does not stand for
    /// its account, because anybody could take the id of another account as their user name.
    private static func values(of account: ChatUser) -> [String] {
        ApprovalPolicy.isAccountID(account.username) ? [account.id] : [account.id, account.username]
    }

    private static func explained(_ error: TeleportError) -> TeleportError {
        guard error.code == .unimplemented else { return error }
        return TeleportError(
            .unimplemented, "\(error.words): this Teleport server is too old for [approvals] user_trait",
            mend: "upgrade it, or remove user_trait and name people in [approvals.users]", cause: error)
    }

    private func recall(_ key: String) -> String? {
        remembered.withLock { table in
            table.expire(at: elapsed())
            return table[key]
        }
    }

    private func remember(_ name: String, for key: String) {
        remembered.withLock { table in
            table.expire(at: elapsed())
            if table[key] == nil { _ = table.add(name, for: key, of: "", at: elapsed()) }
        }
    }
}
