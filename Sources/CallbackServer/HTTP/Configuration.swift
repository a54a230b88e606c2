import Access
package import Base
import NIOCore

extension CallbackServer {
    /// The settings of the listener. They do not change while it runs, apart from the certificate's content.
    package struct Configuration: Sendable {
        package var address: ListenAddress
        /// Nil serves plain HTTP, for use behind a proxy that terminates TLS.
        package var tls: ListenerCertificate?
        /// The path of `public_addr`: every route answers at the root and below it, so a proxy may strip it or not.
        package var pathPrefix: String
        /// Required of requests to the action route only.
        package var basicAuth: BasicAuth?
        /// The proxies whose `X-Forwarded-For` is believed.
        package var trustedProxies: AddressRanges
        /// The addresses from which clicks and dialogs are taken; all addresses when empty. Probes are taken from everywhere.
        package var allowedSources: AddressRanges
        /// Whether `/readyz` tells every client why the plugin is not ready, and not only the operator on this machine.
        package var showsReasonsToAll: Bool
        package var limits: Limits

        package init(
            address: ListenAddress, tls: ListenerCertificate? = nil, pathPrefix: String = "", basicAuth: BasicAuth? = nil,
            trustedProxies: AddressRanges = AddressRanges(), allowedSources: AddressRanges = AddressRanges(),
            showsReasonsToAll: Bool = false, limits: Limits = Limits()
        ) {
            self.address = address
            self.tls = tls
            self.pathPrefix = pathPrefix
            self.basicAuth = basicAuth
            self.trustedProxies = trustedProxies
            self.allowedSources = allowedSources
            self.showsReasonsToAll = showsReasonsToAll
            self.limits = limits
        }
    }

    /// The limits on what a client may take: connections, requests, bytes and time.
    package struct Limits: Sendable {
        /// Connections of all clients. Past this a connection is closed for each new one: `ConnectionTable` chooses which.
        package var maxConnections = 2048
        /// Connections of one source that is no trusted proxy. Past this one of its own is closed for each new one.
        package var connectionsPerSource = 1024
        /// The rate of a source's requests that are neither a signed click nor a probe.
        var requestRate = Bucket.Rate(burst: 300, refill: .milliseconds(100))
        /// The rate of a source's `/healthz`, `/readyz` and `/metrics`: far above what probes and dashboards ask for.
        var probeRate = Bucket.Rate(burst: 2000, refill: .milliseconds(10))
        /// The rate of a source's failed signatures, proofs and passwords.
        var failureRate = Bucket.Rate(burst: 20, refill: .seconds(3))
        /// Verified clicks that are decided at once. Past this a person is asked to try again.
        package var maxDecisions = 256
        /// Bytes of a request's head.
        package var headBytes = 16 * 1024
        /// Bytes of a request's body.
        package var bodyBytes = 64 * 1024
        /// Bytes that are read and discarded after a request was refused half way, so that the refusal arrives.
        package var drainBytes = 256 * 1024
        /// Parts of requests (a head, a piece of a body, an end) that a client may send ahead while an earlier reply is due.
        package var pipelinedParts = 256
        /// Requests of one connection that are answered before the other connections have their turn: of a connection that has
        /// brought a signed click, and of any other.
        var turn = (stranger: 8, clicker: 64)
        /// The time from a connection's turn to its next one.
        var pause: Duration = .milliseconds(1)
        /// Parts of requests from one read that are kept until the connection's next turn.
        var readParts = 2048
        /// The time for the TLS handshake.
        package var handshake: Duration = .seconds(10)
        /// The time from a request's first byte to the end of its head; for the first request from the connection's start.
        package var head: Duration = .seconds(10)
        /// The time from a request's first byte to its end. A written reply may go unread as long.
        package var request: Duration = .seconds(30)
        /// The time between requests. It is above the 90 s after which Go's client closes an idle connection: with a shorter limit
        /// a new request could meet the close.
        package var idle: Duration = .seconds(120)
        /// The time for which a refused client may go on sending.
        package var linger: Duration = .seconds(1)
        /// The time after which a person is told to look at the post later, while the decision goes on. The decision itself answers far
        /// earlier: this limit holds when it does not. Mattermost waits 30 s.
        package var reply: Duration = .seconds(8)
        /// The time that replies in flight have once shutdown was asked for.
        package var drain: Duration = .seconds(10)

        package init() {}
    }
}
