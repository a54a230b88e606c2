import Access

extension Recipients {
    /// The direct-message channel of whoever has this Teleport user name; nil when Mattermost knows nobody by it.
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

    /// By account id, e-mail address or user name; nil for what is none of them.
    private func person(_ name: String) async throws(MattermostError) -> Recipient? {
        if ApprovalPolicy.isAccountID(name) { return .account(try await chat.user(name).username) }
        return MattermostName.isEmail(name) ? .person(name) : MattermostName.isUsername(name) ? .account(name) : nil
    }
}
