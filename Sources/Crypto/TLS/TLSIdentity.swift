package import Access

/// A certificate chain with its private key, both as PEM text.
package struct TLSIdentity: Sendable {
    /// The chain: first the certificate of the key, then the intermediate certificates up to a root.
    package var certificateChain: [UInt8]
    package var privateKey: Secret<[UInt8]>

    package init(certificateChain: [UInt8], privateKey: Secret<[UInt8]>) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }

    /// Whether certificates and key are the same, byte for byte.
    package func isSame(as other: Self) -> Bool {
        certificateChain == other.certificateChain && privateKey.reveal() == other.privateKey.reveal()
    }
}
