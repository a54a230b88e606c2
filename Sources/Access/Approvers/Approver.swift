/// One entry of a list of approvers.
package enum Approver: Hashable, Sendable {
    /// Mattermost's, in lower case, without the `@`.
    case username(String)
    /// In lower case.
    case email(String)
    /// Its members, whoever they are at the time of the click.
    case channel(ChannelName)

    /// Whether the person's name or address alone is the entry's.
    func names(_ user: ChatUser) -> Bool {
        switch self {
        case .username(let name): user.username.lowercased() == name
        case .email(let address): user.email.lowercased() == address
        case .channel: false
        }
    }

    var channel: ChannelName? {
        guard case .channel(let name) = self else { return nil }
        return name
    }
}
