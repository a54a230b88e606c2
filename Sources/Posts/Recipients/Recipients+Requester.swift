import Access
import Logging

extension PostsContext {
    /// Returns the direct-message channel of a Teleport user's Mattermost account. This is nil if no account can be found.
    ///
    /// - Throws: ``MattermostError``, or ``TeleportError`` if Teleport did not tell the user's trait and may do so later.
    func channelID(of user: String, metadata: Logger.Metadata = [:]) async throws -> String? {
        var names: [String]
        do {
            names = try await identities.accounts(ofUser: user)
        } catch {
            guard error.code == .permissionDenied || error.code == .unimplemented else { throw error }
            logger.warning("Could not look up the Mattermost account of a Teleport user: \(error)", metadata: metadata)
            return nil
        }
        // With `user_trait`, a user name or an address identifies nobody.
        if policy.userTrait == nil { names.append(user) }
        return try await recipients.channelID(ofAny: names)
    }
}

extension Recipients {
    /// Returns the direct-message channel of the first of these people who has a Mattermost account. They are given by account
    /// id, e-mail address or user name. This is nil if Mattermost knows none of them.
    func channelID(ofAny names: [String]) async throws(MattermostError) -> String? {
        for name in names {
            do {
                guard let person = try await person(ApprovalPolicy.isAccountID(name) ? name : name.lowercased()) else {
                    continue
                }
                return try await channel(of: person).id
            } catch {
                guard error.code == .notFound || error.code == .forbidden else { throw error }
            }
        }
        return nil
    }

    /// Returns the recipient for an account id, an e-mail address or a user name. This is nil if the name is none of them.
    private func person(_ name: String) async throws(MattermostError) -> Recipient? {
        if ApprovalPolicy.isAccountID(name) { return .account(try await chat.user(name).username) }
        return MattermostName.isEmail(name) ? .person(name) : MattermostName.isUsername(name) ? .account(name) : nil
    }
}
