/// Runs around every call that a client makes to its server: it may refuse the call, or look at how it ended.
///
/// A client has one place through which all its calls go, so an interceptor is written once and not once per method.
package protocol CallInterceptor<Failure>: Sendable {
    associatedtype Failure: Error

    /// - Parameter next: makes the call. To refuse the call, throw without calling it.
    func intercept<Answer>(
        _ call: ServerCall, _ next: () async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer
}

/// The interceptors of one client, the outermost first.
package struct CallInterceptors<Failure: Error>: Sendable {
    private let chain: [any CallInterceptor<Failure>]

    package init(_ chain: [any CallInterceptor<Failure>] = []) { self.chain = chain }

    /// Makes the call, with every interceptor around it.
    package func run<Answer>(
        _ call: ServerCall, _ body: () async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        try await run(call, through: chain[...], body)
    }

    private func run<Answer>(
        _ call: ServerCall, through chain: ArraySlice<any CallInterceptor<Failure>>,
        _ body: () async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer {
        guard let outermost = chain.first else { return try await body() }
        return try await outermost.intercept(call) { () throws(Failure) in
            try await run(call, through: chain.dropFirst(), body)
        }
    }
}

/// A call of either server, as far as interceptors have to know it.
package enum ServerCall: Equatable, Sendable {
    /// Changes nothing on the server, so it does no harm when it is made twice.
    case read(ReadCall)

    // Mattermost
    case createPost, updatePost, deletePost
    /// Adds a reply to a post's thread.
    case reply
    /// Posts a message that is about no request.
    case sendMessage
    case openDialog
    /// Makes the direct-message channel of two accounts where there is none yet.
    case createDirectChannel

    // Teleport
    /// Changes what the plugin stores with a request. `setting` has the new values by key; an empty value deletes its key.
    case updatePluginData(setting: [String: String])
    /// Sets the state of a request to approved or denied.
    case decide
    /// Adds a review to a request.
    case review
}

extension ServerCall {
    package var isRead: Bool { if case .read = self { true } else { false } }

    /// Whether the server answers the call whatever the caller's credentials are.
    package var isAnonymous: Bool { self == .read(.clientConfiguration) }

    /// The call's name in metrics.
    package var name: String {
        switch self {
        case .read(let call): call.rawValue
        case .createPost: "create_post"
        case .updatePost: "update_post"
        case .deletePost: "delete_post"
        case .reply: "reply"
        case .sendMessage: "send_message"
        case .openDialog: "open_dialog"
        case .createDirectChannel: "create_direct_channel"
        case .updatePluginData: "update_plugin_data"
        case .decide: "decide"
        case .review: "review"
        }
    }
}

/// A call that changes nothing. The raw value is its name in metrics.
package enum ReadCall: String, CaseIterable, Sendable {
    // Mattermost
    case ping, me, user, member, team, channel, teams, channels
    case clientConfiguration = "client_configuration"
    case post, thread
    /// A page of a channel's posts.
    case channelPosts = "channel_posts"

    // Teleport
    /// One request or all of them.
    case requests
    case pluginData = "plugin_data"
    case allPluginData = "all_plugin_data"
    case role, resources, users
    case accessLists = "access_lists"
    case monitoringRules = "monitoring_rules"
}
