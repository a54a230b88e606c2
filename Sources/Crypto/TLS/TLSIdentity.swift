package import Access

/// A certificate chain with its private key, both PEM.
package struct TLSIdentity: Sendable {
    /// The own certificate first, then the intermediate certificates on the way to a root.
    package var certificateChain: [UInt8]
    package var privateKey: Secret<[UInt8]>

    package init(certificateChain: [UInt8], privateKey: Secret<[UInt8]>) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }
}
