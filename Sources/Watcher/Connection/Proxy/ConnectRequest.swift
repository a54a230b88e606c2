import Access
import NIOCore

/// The request to an HTTP proxy for a tunnel to the auth service, and its answer (RFC 9110, section 9.3.6).
struct ConnectRequest: TunnelRequest {
    let proxy: HTTPProxy
    let address: AuthAddress

    var text: String {
        var lines = ["CONNECT \(address) HTTP/1.1", "Host: \(address)", "User-Agent: teleport-mattermost"]
        if let credentials = proxy.credentials {
            let pair = Base64.standard.encode(Array("\(credentials.user):\(credentials.password.reveal())".utf8))
            lines.append("Proxy-Authorization: Basic \(pair)")
        }
        return (lines + ["\r\n"]).joined(separator: "\r\n")
    }

    func mayBegin(with bytes: ByteBufferView) -> Bool { bytes.prefix(5).elementsEqual("HTTP/".utf8.prefix(bytes.count)) }

    /// Adds nothing to the connection, because the tunnel carries the bytes as they are.
    func handlers(for head: String) throws -> [any ChannelHandler] {
        let words = head.prefix { $0 != "\r\n" }.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, words[1].utf8.count == 3, let status = Int(words[1]) else { throw failure(.other) }
        guard (200...299).contains(status) else { throw refusal(status) }
        return []
    }

    func failure(_ failure: TunnelFailure) -> any Error {
        switch failure {
        case .late: error(.unavailable, "gave no answer in time to CONNECT \(address)", mend: Self.log)
        case .closed: error(.unavailable, "closed the connection instead of connecting to \(address)", mend: Self.log)
        case .endless: error(.misconfigured, "answered CONNECT \(address) with a head that has no end", mend: Self.log)
        case .other:
            error(
                .misconfigured, "did not answer CONNECT \(address) with HTTP",
                mend: "let \(proxy.source) name an HTTP proxy, http://proxy.example.com:3128")
        case .error(let cause): cause
        }
    }

    private static let log = "see the proxy's log"

    private func refusal(_ status: Int) -> TeleportError {
        let words = "answered CONNECT \(address) with HTTP \(status)"
        return switch status {
        case 407 where proxy.credentials == nil:
            error(.misconfigured, words, mend: "put user and password into \(proxy.source), http://user:password@\(proxy)")
        case 407: error(.misconfigured, words, mend: "correct the user and the password in \(proxy.source)")
        case 403: error(.misconfigured, words, mend: "let the proxy allow connections to \(address)")
        case 500...: error(.unavailable, words, mend: "see whether the proxy can reach \(address)")
        default: error(.misconfigured, words, mend: Self.log)
        }
    }

    private func error(_ code: TeleportError.Code, _ words: String, mend: String? = nil) -> TeleportError {
        TeleportError(code, "the proxy \(proxy) (\(proxy.source)) \(words)", mend: mend, reason: .proxy)
    }

    /// Makes the error of a proxy that could not be connected to.
    static func unreachable(_ proxy: HTTPProxy, _ reason: String, cause: any Error) -> TeleportError {
        TeleportError(
            .unavailable, "cannot connect to the proxy \(proxy) (\(proxy.source)): \(reason)",
            mend: "let \(proxy.source) name a proxy that runs", reason: .proxy, cause: cause)
    }
}
