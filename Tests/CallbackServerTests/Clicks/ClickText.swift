import ActionCrypto
import Foundation
import TestSupport

/// Clicks as Mattermost 5.37 sends them.
enum ClickText {
    /// Returns a recorded body as the server serializes it, which is compact and in the order of its struct, and its length.
    static func recorded(_ name: String) throws -> (body: String, length: Int) {
        let bytes = try Fixtures.bytes("mattermost-5.37/\(name).json")
        let text = String(decoding: bytes, as: UTF8.self)
        guard let start = text.range(of: "\"body\": "), let end = text.range(of: ",\n \"raw_length\": ", options: .backwards)
        else { return ("", -1) }
        let body = text[start.upperBound..<end.lowerBound].split(separator: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces).replacing("\": ", with: "\":") }.joined()
        return (body, Int(text[end.upperBound...].filter(\.isNumber)) ?? -1)
    }

    /// Returns the recorded click with a context that has a valid signature, unless another `signature` is given.
    static func signed(
        _ signature: String? = nil, channel: String = "dpygwdyjubydfne5nshbuea4ga", expired: Bool = false
    ) throws -> String {
        var context = try TestSigner.context(channel: channel, expired: expired)
        if let signature { context.signature = signature }
        let members = context.fields.map { "\"\($0)\":\"\($1)\"" }.sorted().joined(separator: ",")
        let body = try recorded("callback_button_click_signed_context").body
        guard let start = body.range(of: #""context":"#) else { return "" }
        return body[..<start.upperBound] + "{" + members + "}}"
    }

    static func post(_ body: String, to path: String = "/mattermost_action", fields: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: callback\r\nUser-Agent: Mattermost-Bot/1.1\r\n"
            + "Content-Length: \(body.utf8.count)\r\n"
            + "Accept: application/json\r\nContent-Type: application/json\r\n\(fields)\r\n" + body
    }

    static func get(_ path: String, method: String = "GET", fields: String = "") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: callback\r\n\(fields)\r\n"
    }
}
