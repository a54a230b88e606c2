import Access
import COpenSSL

/// The error for a failure of OpenSSL or of TLS.
package struct OpenSSLError: OperatorError, Hashable {
    /// The kind of failure, by which callers decide whether to retry.
    package enum Code: Hashable, Sendable {
        /// A certificate, a key or a setting cannot be used. Retrying does not help until somebody corrects it.
        case setup
        /// This side refused the peer's certificate. ``OpenSSLError/verifyReason`` contains the reason.
        case untrustedPeer
        /// The peer sent a fatal alert, because it refused a certificate, a version or a protocol.
        case alert
        /// The handshake was not complete in time.
        case timedOut
        /// The connection ended before the handshake was complete.
        case closed
        /// Any other failure, such as bytes that are not TLS, or no common version or cipher.
        case failed
    }

    package var code: Code
    /// The operation that failed.
    package var what: String
    package var mend: String?
    /// The entries of OpenSSL's error queue, the oldest first, so that the cause comes before its consequences.
    package var reasons: [String]
    /// The reason why the peer's certificate was refused, such as `hostname mismatch`.
    package var verifyReason: String?
    /// Whether the peer's certificate is trusted but was issued for another host name or address.
    package var isNameMismatch = false
    /// The number of the alert that the peer sent (RFC 8446, section 6).
    package var alert: Int?

    package init(_ code: Code, _ what: String, mend: String? = nil, reasons: [String] = [], verifyReason: String? = nil) {
        self.code = code
        self.what = what
        self.mend = mend
        self.reasons = reasons
        self.verifyReason = verifyReason
    }

    package var description: String { message }

    package var words: String {
        let causes = reasons + (verifyReason.map { [$0] } ?? [])
        return causes.isEmpty ? what : "\(what): \(causes.joined(separator: ": "))"
    }
}

extension OpenSSLError {
    /// Moves the thread's error queue into an error. It must be called right after the failed call, on the same thread.
    static func drained(_ code: Code, _ what: String) -> OpenSSLError {
        var error = OpenSSLError(code, what)
        var data: UnsafePointer<CChar>?
        var flags: Int32 = 0
        while true {
            let entry = ERR_get_error_all(nil, nil, nil, &data, &flags)
            guard entry != 0 else { break }
            error.reasons.append(reason(of: entry))
            if error.alert == nil { error.alert = alert(of: entry) }
            if let mended = handshakeCode(of: entry), code == .failed { error.code = mended }
        }
        return error
    }

    /// Empties the thread's error queue, so that what the next call reports is its own. An empty queue, which is the usual one, is
    /// not cleared, because that takes much longer than to look at it.
    static func clearQueue() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }

    private static func reason(of entry: UInt) -> String {
        if let text = ERR_reason_error_string(entry) { return String(cString: text) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            ERR_error_string_n(entry, buffer.baseAddress, buffer.count)
            return buffer.baseAddress.map { String(cString: $0) } ?? "unknown error"
        }
    }

    private static func handshakeCode(of entry: UInt) -> Code? {
        guard shim_ERR_GET_LIB(entry) == ERR_LIB_SSL else { return nil }
        if shim_ERR_GET_REASON(entry) == SSL_R_CERTIFICATE_VERIFY_FAILED { return .untrustedPeer }
        return alert(of: entry) != nil ? .alert : nil
    }

    /// Returns the alert that the peer sent; nil for other errors. Reasons above `SSL_AD_REASON_OFFSET` (1000) in
    /// `openssl/ssl.h` are alerts.
    private static func alert(of entry: UInt) -> Int? {
        guard shim_ERR_GET_LIB(entry) == ERR_LIB_SSL else { return nil }
        let reason = shim_ERR_GET_REASON(entry)
        return reason > SSL_AD_REASON_OFFSET ? Int(reason - SSL_AD_REASON_OFFSET) : nil
    }
}
