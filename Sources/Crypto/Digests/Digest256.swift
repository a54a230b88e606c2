/// A SHA-256 digest. It identifies bytes of any length without storing them.
package struct Digest256: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    package init(of bytes: some Collection<UInt8>) throws(OpenSSLError) {
        words = try SHA256.hash(Array(bytes)).withUnsafeBytes { hash in
            (
                hash.loadUnaligned(fromByteOffset: 0, as: UInt64.self), hash.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                hash.loadUnaligned(fromByteOffset: 16, as: UInt64.self), hash.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            )
        }
    }

    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        // A part of the digest is enough, because all its bits are evenly distributed.
        hasher.combine(words.0)
    }
}
