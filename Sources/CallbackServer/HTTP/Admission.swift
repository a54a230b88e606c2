package import Base

extension CallbackServer {
    /// Tells from whom the listener takes clicks and dialogs. It may be replaced as a whole while the listener runs: each request is
    /// judged to its end by what was in force when its head arrived.
    package struct Admission: Sendable {
        /// The user and password that requests to the action route must send; nil if none are required.
        package var basicAuth: BasicAuth?
        /// The addresses of the proxies whose `X-Forwarded-For` is trusted.
        package var trustedProxies: AddressRanges
        /// The addresses from which clicks and dialogs are accepted; all addresses if empty. Probes are accepted from
        /// everywhere.
        package var allowedSources: AddressRanges

        package init(
            basicAuth: BasicAuth? = nil, trustedProxies: AddressRanges = AddressRanges(),
            allowedSources: AddressRanges = AddressRanges()
        ) {
            self.basicAuth = basicAuth
            self.trustedProxies = trustedProxies
            self.allowedSources = allowedSources
        }

        /// Whether clicks and dialogs are accepted from this address. An unknown address is admitted only if all are.
        func admits(_ origin: IPAddress?) -> Bool { allowedSources.isEmpty || origin.map(allowedSources.contains) ?? false }
    }
}
