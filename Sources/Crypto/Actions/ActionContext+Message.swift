/// The messages over which buttons are signed. `docs/security.md` documents their bytes.
extension ActionContext {
    /// Whether every signed field has 1 to ``ActionSigner/fieldLimit`` bytes.
    var isWithinLimits: Bool {
        var isWithin = signature.utf8.count <= ActionSigner.fieldLimit
        forEachSigned { isWithin = isWithin && (1...ActionSigner.fieldLimit).contains($0.utf8.count) }
        return isWithin
    }

    /// Passes the message that is signed to `body`. Each field follows its length, a four-byte big-endian integer, so that two
    /// different contexts never have the same message.
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

    /// Passes `action/req_id` to `body`, which is all that the original plugin signs (its `access/mattermost/action_auth.go`).
    func withLegacyMessage<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let end = action.utf8.count + 1
        return withUnsafeTemporaryAllocation(byteCount: end + requestID.utf8.count, alignment: 1) { bytes in
            bytes.copyBytes(from: action.utf8)
            bytes[end - 1] = UInt8(ascii: "/")
            UnsafeMutableRawBufferPointer(rebasing: bytes[end...]).copyBytes(from: requestID.utf8)
            return body(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Whether only the fields of the original plugin's buttons are set, each within the limits.
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
