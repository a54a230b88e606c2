/// One entry of a list of approvers.
package enum Approver: Hashable, Sendable {
    /// A Mattermost user name, in lower case and without the `@`.
    case username(String)
    /// An e-mail address, in lower case.
    case email(String)
    /// A channel, which stands for everybody who is its member at the time of the click.
    case channel(ChannelName)

    /// Returns whether the entry is the person's user name or e-mail address. Always false for a channel, whose members have to
    /// be looked up.
    func names(_ user: ChatUser) -> Bool {
        switch self {
        case .username(let name): user.username.lowercased() == name
        case .email(let address): user.email.lowercased() == address
        case .channel: false
        }
    }

    /// The channel of a ``channel(_:)`` entry, otherwise nil.
    var channel: ChannelName? {
        guard case .channel(let name) = self else { return nil }
        return name
    }
}
