package import Base

/// A server's version, as the server returns it in the answer to `Ping`.
package typealias ServerVersion = SemanticVersion

extension SemanticVersion {
    /// The oldest version that has every call of the plugin. It is the first beta, so that every 6.1 is new enough.
    package static let minimum = ServerVersion(numbers: [6, 1, 0], preRelease: ["beta", "1"])

    /// The first version whose proxies route TLS by its ALPN protocol.
    package static let tlsRouting = ServerVersion(numbers: [8, 0, 0], preRelease: ["alpha", "1"])

    /// The first version with preset roles for plugins, and with the preset role that lists the resources of requests.
    static let previewPreset = ServerVersion(numbers: [18, 1, 0], preRelease: [])

    /// The first version that has access monitoring rules. It is the first of all its pre-releases.
    package static let monitoringRules = ServerVersion(numbers: [15, 0, 0], preRelease: ["0"])
}
