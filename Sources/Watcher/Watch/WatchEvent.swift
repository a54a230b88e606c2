package import Access

/// An event of the watch. Events come in order, and only say which request to look at: the server replays nothing.
package enum WatchEvent: Equatable, Sendable {
    /// The watch is on from now. Changes before this moment were not told, so that everything must be listed and looked at.
    /// The event also comes when there were more events than ``EventBuffer`` holds.
    case connected
    /// The request was made or changed.
    case changed(RequestID)
    /// The request was deleted, or it expired.
    case deleted(RequestID)
    /// The watch is off, because of this error; the next ``connected`` follows when it is on again.
    indirect case disconnected(TeleportError)
}

/// The state of the connection to Teleport, for readiness.
package struct ConnectionStatus: Equatable, Sendable {
    /// Whether the watch is on: its first event has come, and the connection has not ended since.
    package var connected = false
    /// Why the last connection failed or ended; nil while connected or before the first failure.
    package var lastFailure: TeleportError?
    /// The version that the last Ping told.
    package var serverVersion: String?
    /// When the client certificate in use expires.
    package var identityExpires: Timestamp?
    /// The errors of calls that the plugin's role does not allow, each with the rule to add.
    package var denials: [TeleportError] = []
    /// What the operator should see to although everything works: credentials that expire soon, or broken new files.
    package var notes: [TeleportError] = []
}
