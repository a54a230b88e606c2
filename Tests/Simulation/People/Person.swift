import Access

/// Somebody with an account in Mattermost and a Teleport user of the same name.
struct Person: Hashable, CustomStringConvertible {
    let name: String

    /// The id of the account, which has 26 characters as in Mattermost.
    var id: String { name + String(repeating: "0", count: 26 - name.count) }
    var account: ChatUser { ChatUser(id: id, username: name, email: "\(name)@example.com") }
    var description: String { name }
}
