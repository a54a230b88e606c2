import Access
import Mattermost

extension Recipients {
    /// The direct-message channel of whoever has this Teleport user name; nil when Mattermost knows nobody by it.
    func channelID(ofRequester user: String, _ policy: ApprovalPolicy) async throws(MattermostError) -> String? {
        for name in policy.accounts(ofUser: user) + [user] {
            let name = name.lowercased()
            let person: Recipient? =
                MattermostName.isEmail(name) ? .person(name) : MattermostName.isUsername(name) ? .account(name) : nil
            guard let person else { continue }
            do {
                return try await channelID(of: person)
            } catch {
                guard error.code == .notFound || error.code == .forbidden else { throw error }
            }
        }
        return nil
    }
}
