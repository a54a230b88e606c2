package import Access

/// What the watch tells, in order. Events only say where to look: nothing is replayed by the server.
package enum WatchEvent: Equatable, Sendable {
    /// The watch is on from now: whatever changed before was not told, so list and look at everything.
    /// Also told when more requests changed than the queue holds.
    case connected
    case changed(RequestID)
    /// Deleted or expired.
    case deleted(RequestID)
    /// The watch is off, because of this error; the next ``connected`` follows when it is on again.
    case disconnected(TeleportError)
}

/// Whether the watch is on, for readiness.
package struct ConnectionStatus: Equatable, Sendable {
    /// The server sent the watch's first event and the connection has not ended since.
    package var connected = false
    /// Why the last connection failed or ended; nil while connected or before the first failure.
    package var lastFailure: TeleportError?
    /// As the last Ping told it.
    package var serverVersion: String?
    /// When the client certificate in use expires.
    package var identityExpires: Timestamp?
    /// What the plugin's role lacks, with the rule to add.
    package var denials: [TeleportError] = []
    /// What a person should see to, though it works: credentials that end soon, or whose new files are broken.
    package var notes: [TeleportError] = []
}
