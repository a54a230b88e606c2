package import Access

/// A certificate chain with its private key, both PEM.
package struct TLSIdentity: Sendable {
    /// The leaf first, then what leads to a root.
    package var certificateChain: [UInt8]
    package var privateKey: Secret<[UInt8]>

    package init(certificateChain: [UInt8], privateKey: Secret<[UInt8]>) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }
}
