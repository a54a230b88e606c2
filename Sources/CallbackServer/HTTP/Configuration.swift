import Access
import NIOCore

extension CallbackServer {
    /// What the listener is told once, at its start.
    package struct Configuration: Sendable {
        package var address: ListenAddress
        /// Nil serves plain HTTP, for use behind a proxy that terminates TLS.
        package var tls: ListenerCertificate?
        /// The path of `public_addr`: every route answers at the root and below it, so a proxy may strip it or not.
        package var pathPrefix: String
        /// Asked of the action route only.
        package var basicAuth: BasicAuth?
        /// Whose `X-Forwarded-For` says where a request is from.
        package var trustedProxies: TrustedProxies
        /// From where clicks and dialogs are taken; probes are from everywhere.
        package var allowedSources: AllowedSources
        /// Whether `/readyz` tells everybody why, and not the operator alone.
        package var tellsEverybody: Bool
        package var limits: Limits

        package init(
            address: ListenAddress, tls: ListenerCertificate? = nil, pathPrefix: String = "", basicAuth: BasicAuth? = nil,
            trustedProxies: TrustedProxies = TrustedProxies(), allowedSources: AllowedSources = AllowedSources(),
            tellsEverybody: Bool = false, limits: Limits = Limits()
        ) {
            self.address = address
            self.tls = tls
            self.pathPrefix = pathPrefix
            self.basicAuth = basicAuth
            self.trustedProxies = trustedProxies
            self.allowedSources = allowedSources
            self.tellsEverybody = tellsEverybody
            self.limits = limits
        }
    }

    /// What a client may take: bytes, time and places.
    package struct Limits: Sendable {
        /// When all are taken, the least deserving connection makes room for a new one.
        package var maxConnections = 2048
        /// Of one source that is no trusted proxy; its own least deserving one makes room for a new one.
        package var connectionsPerSource = 1024
        /// A source's requests that are neither a signed click nor a probe.
        var requestRate = Bucket.Rate(burst: 300, refill: .milliseconds(100))
        /// A source's `/healthz`, `/readyz` and `/metrics`: far more than any number of probes and dashboards asks for.
        var probeRate = Bucket.Rate(burst: 2000, refill: .milliseconds(10))
        /// A source's failed signatures, proofs and passwords.
        var failureRate = Bucket.Rate(burst: 20, refill: .seconds(3))
        /// Verified clicks being decided at once; a person beyond it is asked to try again.
        package var maxDecisions = 256
        package var headBytes = 16 * 1024
        package var bodyBytes = 64 * 1024
        /// Read and thrown away after a request was refused half way, so that the refusal arrives.
        package var drainBytes = 256 * 1024
        /// Requests and bodies, in parts, that a client may send ahead while an earlier reply is due.
        package var pipelinedParts = 256
        /// Requests of one connection that are answered before the others have their turn, and how many of one that brought a signed click.
        var turn = (stranger: 8, clicker: 64)
        /// Until a connection that had its turn has the next one.
        var pause: Duration = .milliseconds(1)
        /// Bytes of one read that are kept until their turn.
        var readParts = 2048
        package var handshake: Duration = .seconds(10)
        /// From a request's first byte to the end of its head; for the first one from the connection's start.
        package var head: Duration = .seconds(10)
        /// From a request's first byte to its end; also how long a written reply may go unread.
        package var request: Duration = .seconds(30)
        /// Between requests. Above the 90 s of Go's client, which would otherwise race the close with a new request.
        package var idle: Duration = .seconds(120)
        /// How long a refused client may go on sending.
        package var linger: Duration = .seconds(1)
        /// After this long a person is told to look at the post later, while the decision goes on. Mattermost waits 30 s.
        package var reply: Duration = .seconds(8)
        /// How long replies in flight may take once shutdown was asked for.
        package var drain: Duration = .seconds(10)

        package init() {}
    }
}
