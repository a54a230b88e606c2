import Access
package import Base
import NIOCore

extension CallbackServer {
    /// The settings of the listener. They do not change while it runs, apart from the certificate's content and ``admission``.
    package struct Configuration: Sendable {
        package var address: ListenAddress
        /// The setting of the address, for errors.
        package var setting = "[http] listen_addr"
        /// The descriptor of a socket that is bound already, for example by a supervisor; nil to listen on ``address``.
        package var boundSocket: Int32?
        /// Whether only processes of root and of this process's user may connect, which can be told of Unix sockets only.
        package var isForOwnUser = false
        /// The certificate; nil to serve plain HTTP, behind a proxy that terminates TLS.
        package var tls: ListenerCertificate?
        /// The path of `public_addr`. Every route is served at the root and below this path, so a proxy may strip it or not.
        package var pathPrefix: String
        /// Tells from whom clicks and dialogs are taken.
        package let admission: Live<Admission>
        /// Whether `/readyz` tells why the plugin is not ready. The reasons name servers, and everybody who reaches the port may
        /// ask.
        package var showsReasons: Bool
        package var limits: Limits

        package init(
            address: ListenAddress, tls: ListenerCertificate? = nil, pathPrefix: String = "",
            admission: Live<Admission> = Live(Admission()),
            showsReasons: Bool = false, limits: Limits = Limits()
        ) {
            self.address = address
            self.tls = tls
            self.pathPrefix = pathPrefix
            self.admission = admission
            self.showsReasons = showsReasons
            self.limits = limits
        }
    }

    /// The limits on what a client may use: connections, requests, bytes and time.
    package struct Limits: Sendable {
        /// The number of connections of all clients. Beyond it a connection is closed for each new one; `ConnectionTable`
        /// chooses which.
        package var maxConnections = 2048
        /// The number of connections of one source that is no trusted proxy. Beyond it one of its own connections is closed for
        /// each new one.
        package var connectionsPerSource = 1024
        /// The rate of requests of one source that are neither a signed click nor a probe.
        var requestRate = Bucket.Rate(burst: 300, refill: .milliseconds(100))
        /// The rate of requests of one source for `/healthz`, `/readyz` and the server's own pages. It is far above what probes
        /// and dashboards need.
        var probeRate = Bucket.Rate(burst: 2000, refill: .milliseconds(10))
        /// The rate of failed signatures, proofs and passwords of one source.
        var failureRate = Bucket.Rate(burst: 20, refill: .seconds(3))
        /// The number of verified clicks that are decided at once. Beyond it a person is asked to try again.
        package var maxDecisions = 256
        /// The size of a request's head in bytes.
        package var headBytes = 16 * 1024
        /// The size of a request's body in bytes.
        package var bodyBytes = 64 * 1024
        /// The number of bytes that are read and discarded after a request was refused before its end, so that the refusal
        /// arrives.
        package var drainBytes = 256 * 1024
        /// The number of parts of requests (a head, a piece of a body, an end) that a client may send ahead while an earlier
        /// reply is due.
        package var pipelinedParts = 256
        /// The number of requests of one connection that are answered before it has to wait for its next turn. A connection
        /// that has brought a signed click may have more.
        var turn = (stranger: 8, clicker: 64)
        /// The time from a connection's turn to its next one.
        var pause: Duration = .milliseconds(1)
        /// The number of parts of requests from one read that are kept until the connection's next turn.
        var readParts = 2048
        /// The time limit of the TLS handshake.
        package var handshake: Duration = .seconds(10)
        /// The time limit from a request's first byte to the end of its head. For the first request it begins with the
        /// connection.
        package var head: Duration = .seconds(10)
        /// The time limit from a request's first byte to its end. It is also the limit for a reply that the client does not
        /// read.
        package var request: Duration = .seconds(30)
        /// The time limit between two requests of a connection. It is longer than the 90 s after which Go's client closes an
        /// idle connection: with a shorter limit the server could close the connection just when the client sends a request.
        package var idle: Duration = .seconds(120)
        /// The time for which a refused client may continue to send.
        package var linger: Duration = .seconds(1)
        /// The time after which a person is told to look at the post later, while the decision goes on. Usually the decision
        /// itself answers far earlier; this limit applies when it does not. Mattermost waits 30 s.
        package var reply: Duration = .seconds(8)
        /// The time limit for the replies in flight at a shutdown.
        package var drain: Duration = .seconds(10)

        package init() {}
    }
}
