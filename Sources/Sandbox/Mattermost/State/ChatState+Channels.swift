/// Actions of an administrator on channels, members and tokens.
extension ChatState {
    /// Archives a channel like `DELETE channels/{id}`. Nobody can post, edit or delete there any more, but the members stay.
    package mutating func archive(channelNamed name: String, now: Int64) throws(AppError) {
        channels[try index(ofChannelNamed: name)].deleteAt = max(now, 1)
    }

    package mutating func unarchive(channelNamed name: String) throws(AppError) {
        channels[try index(ofChannelNamed: name)].deleteAt = 0
    }

    /// Deletes a channel permanently with its members and posts, like `mmctl channel delete`.
    package mutating func remove(channelNamed name: String) throws(AppError) {
        let channel = channels.remove(at: try index(ofChannelNamed: name))
        table.purge(channelID: channel.id)
    }

    /// Removes an account from a channel.
    package mutating func leave(_ username: String, channelNamed name: String) throws(AppError) {
        let id = try account(named: username).id
        channels[try index(ofChannelNamed: name)].members.remove(id)
    }

    package mutating func join(_ username: String, channelNamed name: String) throws(AppError) {
        let id = try account(named: username).id
        channels[try index(ofChannelNamed: name)].members.insert(id)
    }

    /// Revokes the account's tokens and returns them. ``restore(_:)`` undoes it.
    package mutating func revokeTokens(of username: String) throws(AppError) -> [String: String] {
        let id = try account(named: username).id
        let revoked = tokens.filter { $0.value == id }
        tokens = tokens.filter { $0.value != id }
        return revoked
    }

    package mutating func restore(_ revoked: [String: String]) {
        tokens.merge(revoked) { known, _ in known }
    }

    private func index(ofChannelNamed name: String) throws(AppError) -> Int {
        guard let index = channels.firstIndex(where: { $0.name == name && $0.kind != .direct }) else { throw .noSuchChannel }
        return index
    }
}
