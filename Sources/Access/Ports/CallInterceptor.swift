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

/// The effect of a call, as far as interceptors have to know it. The writes to both servers are told apart; reads are not.
package enum ServerCall: Equatable, Sendable {
    /// Changes nothing on the server, so it does no harm when it is made twice.
    case read

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
