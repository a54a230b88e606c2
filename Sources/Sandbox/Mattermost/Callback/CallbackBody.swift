extension ChatState.Click {
    /// The body that the server POSTs to a button's URL: `model.PostActionIntegrationRequest`, with its fields in the same
    /// order.
    package func body(triggerID: String) -> JSON {
        [
            "user_id": .string(account.id), "user_name": .string(account.username), "channel_id": .string(channel.id),
            "channel_name": .string(channel.name), "team_id": .string(team?.id ?? ""),
            "team_domain": .string(team?.name ?? ""), "post_id": .string(post.id), "trigger_id": .string(triggerID),
            "type": "", "data_source": "", "context": context,
        ]
    }
}
