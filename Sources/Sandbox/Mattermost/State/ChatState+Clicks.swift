extension ChatState {
    /// Props that the update of an integration can neither add nor remove (`model.PostActionRetainPropKeys`).
    private static let retained = ["from_webhook", "override_icon_url", "override_username"]

    /// The data for the call of a button's integration.
    package struct Click: Sendable {
        package var account: ChatAccount
        package var channel: ChatChannel
        package var team: ChatTeam?
        package var post: ChatPost
        package var url: String
        package var context: JSON
    }

    package func click(_ actionID: String, on postID: String, by userID: String) throws(AppError) -> Click {
        guard let post = table[postID],
            let channel = channels.first(where: { $0.id == post.channelID && $0.members.contains(userID) })
        else { throw .forbidden }
        guard let integration = Attachments.action(actionID, in: post.props)?["integration"],
            let url = integration["url"]?.text
        else { throw .noSuchAction }
        return Click(
            account: try account(userID), channel: channel, team: channel.kind == .direct ? nil : team, post: post, url: url,
            context: integration["context"] ?? [:])
    }

    /// Applies the answer of an integration: `update` replaces the post, and only the clicking user sees `ephemeral_text`.
    package mutating func apply(_ answer: JSON, to click: Click, now: Int64) throws(AppError) {
        if let update = answer["update"], update.members != nil {
            let old = click.post.props
            var props = old
            if let sent = update["props"], sent.members != nil {
                props = sent
                for name in Self.retained { props[name] = old[name] }
            }
            _ = try replacePost(click.post.id, message: update["message"]?.text ?? "", props: props, now: now)
        }
        guard let text = answer["ephemeral_text"]?.text, !text.isEmpty else { return }
        let message = answer["skip_slack_parsing"] == true ? text : SlackLinks.rewritten(text)
        ephemerals.append(
            EphemeralPost(
                userID: click.account.id, channelID: click.channel.id, postID: click.post.id, message: message,
                createAt: moment(now)))
        ephemerals.removeFirst(max(0, ephemerals.count - 50))
    }
}
