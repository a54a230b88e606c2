import Access

extension Recipients {
    /// Returns the direct-message channel of the Mattermost account that belongs to this Teleport user. This is nil if
    /// Mattermost knows no such account.
    func channelID(ofRequester user: String, _ policy: ApprovalPolicy) async throws(MattermostError) -> String? {
        for name in policy.accounts(ofUser: user) + [user] {
            do {
                guard let person = try await person(name.lowercased()) else { continue }
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
