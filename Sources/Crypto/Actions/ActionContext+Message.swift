/// The bytes that are signed. `docs/security.md` writes them down for others.
extension ActionContext {
    /// Every signed field has 1 to ``ActionSigner/fieldLimit`` bytes.
    var isWithinLimits: Bool {
        var isWithin = signature.utf8.count <= ActionSigner.fieldLimit
        forEachSigned { isWithin = isWithin && (1...ActionSigner.fieldLimit).contains($0.utf8.count) }
        return isWithin
    }

    /// A four-byte big-endian length before each field, so that no two contexts have the same bytes.
    func withMessage<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        var count = 0
        forEachSigned { count += 4 + $0.utf8.count }
        return withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { bytes in
            var end = 0
            forEachSigned { field in
                let length = UInt32(truncatingIfNeeded: field.utf8.count)
                bytes.storeBytes(of: length.bigEndian, toByteOffset: end, as: UInt32.self)
                UnsafeMutableRawBufferPointer(rebasing: bytes[(end + 4)...]).copyBytes(from: field.utf8)
                end += 4 + field.utf8.count
            }
            return body(UnsafeRawBufferPointer(bytes))
        }
    }

    /// `action/req_id`: all that the original plugin signed (its `access/mattermost/action_auth.go`).
    func withLegacyMessage<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let end = action.utf8.count + 1
        return withUnsafeTemporaryAllocation(byteCount: end + requestID.utf8.count, alignment: 1) { bytes in
            bytes.copyBytes(from: action.utf8)
            bytes[end - 1] = UInt8(ascii: "/")
            UnsafeMutableRawBufferPointer(rebasing: bytes[end...]).copyBytes(from: requestID.utf8)
            return body(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Whether it has only what the original plugin put into a button, within the limits.
    var isLegacy: Bool {
        let lengths = 1...ActionSigner.fieldLimit
        return version.isEmpty && keyID.isEmpty && cluster.isEmpty && channelID.isEmpty && recipient.isEmpty && issued.isEmpty
            && expires.isEmpty && lengths.contains(action.utf8.count) && lengths.contains(requestID.utf8.count)
            && lengths.contains(signature.utf8.count)
    }

    private func forEachSigned(_ body: (String) -> Void) {
        body(version)
        body(keyID)
        body(cluster)
        body(requestID)
        body(action)
        body(channelID)
        body(recipient)
        body(issued)
        body(expires)
    }
}
