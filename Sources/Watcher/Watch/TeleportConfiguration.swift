package import Access

/// The configuration of the connection to Teleport: the settings of the `[teleport]` section, and time limits that only tests
/// change.
package struct TeleportConfiguration: Sendable {
    /// The calls that clicks and the search for people make.
    package struct Clicks: Equatable, Sendable {
        /// Whether clicks set a request's state. The role needs `update` on `access_request` for that.
        package var decide = true
        /// Whether clicks submit reviews on behalf of users. The role needs `read` on `user` for that.
        package var reviewForUsers = false
        /// Whether people are found by a trait of their Teleport users. The role needs `list` and `read` on `user` for that.
        package var findUsersByTrait = false
    }

    /// `addr`: host or host:port of the auth service or a proxy. The port is 3025 if none is given.
    package var address: String
    /// The setting that contains the address, `addr` or its older name `auth_server`. Errors name it.
    package var addressSetting = "addr"
    /// `identity`: path of an identity file; nil if the three files below are used.
    package var identity: String?
    /// `client_key`: path of the PEM private key.
    package var clientKey: String
    /// `client_crt`: path of the PEM certificate.
    package var clientCertificate: String
    /// `root_cas`: path of the cluster's PEM CA certificates.
    package var rootCAs: String
    /// `proxy`, or the proxy that the environment names: the HTTP proxy through which the server is reached; nil for none.
    package var proxy: HTTPProxy?
    /// `web_addr`: host or host:port of Teleport's web UI; nil for the address that Teleport itself returns.
    package var webAddress: String?
    package var clicks = Clicks()
    /// `monitoring_rules`: whether access monitoring rules choose recipients.
    package var usesMonitoringRules = true
    /// `refresh_identity`: whether changed files replace the connection that is open.
    package var refreshesIdentity = true
    /// `refresh_identity_interval`: the time between two looks at the files for changes.
    package var refreshInterval: Duration = .seconds(60)

    /// The time limit of a call from start to answer, including the wait for a connection.
    package var callTimeout: Duration = .seconds(10)
    /// The time limit for looking up the names of resources, and that for looking up the logins of roles. Both run at the same
    /// time.
    package var nameTimeout: Duration = .seconds(2)
    /// The time limit for opening the TCP connection.
    package var connectTimeout: Duration = .seconds(10)
    /// The time limit of the TLS handshake.
    package var handshakeTimeout: Duration = .seconds(10)
    /// The time limit from the handshake to the watch's first event.
    package var initTimeout: Duration = .seconds(30)
    /// The time between two keepalive pings. The server allows one per minute and answers more with GOAWAY `too_many_pings`.
    package var keepaliveInterval: Duration = .seconds(65)
    /// The time limit for the answer to a keepalive ping. It must be shorter than the interval: in a test with 2 s and an
    /// interval of 0.5 s a frozen server was not noticed.
    package var keepaliveTimeout: Duration = .seconds(20)
    /// The delay before the first attempt to reconnect; it doubles with each failure.
    package var firstBackoff: Duration = .milliseconds(250)
    /// The longest delay before an attempt to reconnect.
    package var longestBackoff: Duration = .seconds(30)

    package init(address: String, clientKey: String, clientCertificate: String, rootCAs: String) {
        self.address = address
        self.clientKey = clientKey
        self.clientCertificate = clientCertificate
        self.rootCAs = rootCAs
    }
}
