internal import CCurl

/// The reason why a call got no complete answer.
struct CurlError: Error, Equatable, Sendable, CustomStringConvertible {
    enum Code: Equatable, Sendable {
        case cancelled
        /// ``CurlClient/shutdown()`` was called.
        case stopped
        /// More than ``CurlClient/Options/maxCalls`` calls are in progress.
        case busy
        /// The header or the body of the answer is larger than the limit.
        case tooLarge
        case timedOut
        /// The certificate's chain cannot be verified.
        case untrusted
        /// The certificate is verified and is not for the host of the URL.
        case wrongName
        /// The file with the trusted certificate authorities cannot be read, or holds none.
        case unusableCAs
        /// The host of the URL has no address.
        case unresolved
        /// The answer is not HTTP.
        case notHTTP
        /// The proxy answered CONNECT with this status, which is no success.
        case refusedByProxy(Int)
        /// The host of the proxy has no address.
        case unresolvedProxy
        case network
    }

    var code: Code
    /// libcurl's description. It contains neither the URL nor headers.
    var description: String

    static let cancelled = CurlError(code: .cancelled, description: "the call was cancelled")
    static let stopped = CurlError(code: .stopped, description: "the client has been shut down")
    static let busy = CurlError(code: .busy, description: "too many calls at once")

    init(code: Code, description: String) {
        self.code = code
        self.description = description
    }

    /// - Parameter verifyResult: OpenSSL's result for the chain. libcurl compares names itself, before it asks OpenSSL for the
    ///   result. So if the verification failed without an error of OpenSSL's (0 or 1), the name was wrong (libcurl:
    ///   `vtls/openssl.c`).
    init(_ result: CURLcode, text: String, verifyResult: Int = 0, proxyStatus: Int = 0) {
        code = Self.code(of: result)
        if result != CURLE_OK, proxyStatus >= 300 { code = .refusedByProxy(proxyStatus) }
        if result == CURLE_PEER_FAILED_VERIFICATION, verifyResult <= 1 { code = .wrongName }
        description = text.isEmpty ? String(cString: curl_easy_strerror(result)) : text
    }

    init(_ result: CURLMcode) {
        code = .network
        description = String(cString: curl_multi_strerror(result))
    }

    private static func code(of result: CURLcode) -> Code {
        switch result {
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_FILESIZE_EXCEEDED: .tooLarge
        case CURLE_PEER_FAILED_VERIFICATION: .untrusted
        case CURLE_SSL_CACERT_BADFILE: .unusableCAs
        case CURLE_COULDNT_RESOLVE_HOST: .unresolved
        case CURLE_COULDNT_RESOLVE_PROXY: .unresolvedProxy
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING: .notHTTP
        default: .network
        }
    }
}
