import Access
import ActionCrypto
import NIOCore

/// The HTTP request for a connection upgrade, and its answer.
///
/// One request offers every framing that Teleport 11 to 19 know: WebSocket first, then Teleport's own frames with pings, then
/// bare bytes. NIO's own client upgrade cannot be used: it builds the `Upgrade` field itself, and reads neither
/// `X-Teleport-Upgrade` nor the WebSocket's sub-protocol.
struct UpgradeRequest: TunnelRequest {
    struct Refused: Error, CustomStringConvertible {
        var reason: String
        var description: String { reason }

        /// Turns a TLS alert before the upgrade into a refusal, and returns every other error as it is. Such an alert comes
        /// from the load balancer, which has not seen the plugin's certificate, so other routes may still work.
        static func orOther(_ error: any Error) -> any Error {
            guard let failure = error as? OpenSSLError, failure.code == .alert else { return error }
            return Refused(reason: "the TLS before the upgrade failed: \(failure)")
        }
    }

    static let path = "/webapi/connectionupgrade"
    /// The text that is appended to the key when an answer is verified (RFC 6455, section 1.3).
    private static let magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    let host: String
    /// `Sec-WebSocket-Key`: 16 random bytes in Base64.
    let key: String

    init(host: String, nonce: [UInt8] = (0..<16).map { _ in .random(in: .min ... .max) }) {
        self.host = host
        key = Base64.standard.encode(nonce)
    }

    var text: String {
        [
            "GET \(Self.path) HTTP/1.1", "Host: \(host)", "User-Agent: teleport-mattermost", "Connection: Upgrade",
            "Upgrade: websocket", "Upgrade: alpn-ping", "Upgrade: alpn", "X-Teleport-Upgrade: alpn-ping",
            "X-Teleport-Upgrade: alpn", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: \(key)",
            "Sec-WebSocket-Protocol: alpn-ping", "\r\n",
        ].joined(separator: "\r\n")
    }

    func handlers(for head: String) throws -> [any ChannelHandler] { try framing(for: head).handlers }

    func failure(_ failure: TunnelFailure) -> any Error {
        switch failure {
        case .late: Refused(reason: "it did not answer the request for an upgrade in time")
        case .endless: Refused(reason: "its answer has no end")
        case .closed: Refused(reason: "the proxy closed the connection instead of upgrading it")
        case .other: Refused(reason: "its answer is not HTTP")
        case .error(let error): Refused.orOther(error)
        }
    }

    /// Returns the framing to which an answer with this head agrees.
    func framing(for head: String) throws(Refused) -> Framing {
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let status = lines.first?.split(separator: " ").dropFirst().first ?? ""
        guard status == "101" else { throw Refused(reason: Self.reason(status)) }
        switch Self.value("upgrade", lines) ?? Self.value("x-teleport-upgrade", lines) {
        case "websocket":
            guard let accept = Self.exact("sec-websocket-accept", lines), let proof = try? SHA1.hash(key + Self.magic),
                accept == Base64.standard.encode(proof)
            else { throw Refused(reason: "its answer to the web socket's key is wrong") }
            guard Self.value("sec-websocket-protocol", lines) == "alpn-ping" else {
                throw Refused(reason: "it agreed on another web socket protocol than alpn-ping")
            }
            return .webSocket
        case "alpn-ping": return .pingFrames
        case "alpn": return .bare
        case let other: throw Refused(reason: "it upgraded to \((other ?? "nothing").prefix(32).debugDescription)")
        }
    }

    private static func reason(_ status: Substring) -> String {
        status == "404"
            ? "HTTP 404: it offers no connection upgrade (Teleport has it from 11 on)"
            : "it answered the request for an upgrade with HTTP \(status.prefix(3).debugDescription)"
    }

    /// Returns a field's value in lower case.
    private static func value(_ name: String, _ lines: [Substring]) -> String? { exact(name, lines)?.lowercased() }

    /// Returns a field's value as it was sent, without the white space around it; nil if there is no such field.
    private static func exact(_ name: String, _ lines: [Substring]) -> String? {
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            return value.lastIndex { $0 != " " && $0 != "\t" }.map { String(value[...$0]) }
        }
        return nil
    }
}
