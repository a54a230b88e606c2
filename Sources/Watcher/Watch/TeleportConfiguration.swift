/// How to reach Teleport: the `[teleport]` section, with time limits that only tests change.
package struct TeleportConfiguration: Sendable {
    /// `addr`: host or host:port of the auth service or a proxy; port 3025 when it names none.
    package var address: String
    /// Which of `addr` and its older name `auth_server` gave it, for errors.
    package var addressSetting = "addr"
    /// `identity`: path of an identity file; nil: the three files below.
    package var identity: String?
    /// `client_key`: path of the PEM private key.
    package var clientKey: String
    /// `client_crt`: path of the PEM certificate.
    package var clientCertificate: String
    /// `root_cas`: path of the cluster's PEM CA certificates.
    package var rootCAs: String
    /// `web_addr`: of Teleport's web UI, host or host:port; nil: as Teleport tells.
    package var webAddress: String?
    /// Whether clicks set a request's state, for which the role needs `update`.
    package var decides = true
    /// `refresh_identity`: whether changed files replace the connection that is open.
    package var refreshesIdentity = true
    /// `refresh_identity_interval`: how often the files are looked at.
    package var refreshInterval: Duration = .seconds(60)

    /// For a call from start to answer, the wait for a connection included.
    package var callTimeout: Duration = .seconds(10)
    package var connectTimeout: Duration = .seconds(10)
    package var handshakeTimeout: Duration = .seconds(10)
    /// From the handshake to the watch's first event.
    package var initTimeout: Duration = .seconds(30)
    /// The server allows one ping a minute and answers more with GOAWAY `too_many_pings`.
    package var keepaliveInterval: Duration = .seconds(65)
    /// Shorter than the interval: with 2 s against 0.5 s a frozen server went unnoticed.
    package var keepaliveTimeout: Duration = .seconds(20)
    package var firstBackoff: Duration = .milliseconds(250)
    package var longestBackoff: Duration = .seconds(30)

    package init(address: String, clientKey: String, clientCertificate: String, rootCAs: String) {
        self.address = address
        self.clientKey = clientKey
        self.clientCertificate = clientCertificate
        self.rootCAs = rootCAs
    }
}
