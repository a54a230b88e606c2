package import Access

/// An event of the watch on access requests. Events arrive in order. They say which request to look at, and how far it was at
/// that moment, so that a read from a cache that lags behind is recognized. The server does not repeat events that were missed.
package enum WatchEvent: Equatable, Sendable {
    /// The watch is on from now. Changes before this moment have caused no events, so all requests must be listed and looked
    /// at. The event also comes when there were more events than ``EventBuffer`` holds.
    case connected
    /// The request was made or changed, and is in this state since.
    case changed(RequestID, AccessRequest.State = .pending)
    /// The request was deleted, or it expired.
    case deleted(RequestID)
    /// An access monitoring rule was made, changed or deleted, or a watch on them has begun, so that they are to be listed.
    case rulesChanged
    /// The watch is off because of this error. ``connected`` follows when it is on again.
    indirect case disconnected(TeleportError)
}

/// The state of the connection to Teleport, from which the answer to a readiness probe is made.
package struct ConnectionStatus: Equatable, Sendable {
    /// Whether the watch is on: its first event has come, and the connection has not ended since.
    package var connected = false
    /// The reason why the last connection failed or ended; nil while connected and before the first failure.
    package var lastFailure: TeleportError?
    /// The version that the server returned in its last answer to `Ping`.
    package var serverVersion: String?
    /// The time at which the client certificate in use expires; nil before one was read.
    package var identityExpires: Timestamp?
    /// The time from which that certificate is valid; nil before one was read.
    package var identityBegins: Timestamp?
    /// The errors of calls that the plugin's role does not allow, each with the rule to add.
    package var denials: [TeleportError] = []
    /// Warnings for the operator while everything still works, such as credentials that expire soon, or new files that cannot
    /// be used.
    package var notes: [TeleportError] = []
}
