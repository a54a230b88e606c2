import Foundation
import TestSupport

/// Clicks as Mattermost 5.37 sends them.
enum ClickText {
    /// The recorded body, serialised as the server does it: compact, in the order of its struct.
    static func recorded(_ name: String) throws -> (body: String, length: Int) {
        let bytes = try Fixtures.bytes("mattermost-5.37/\(name).json")
        let text = String(decoding: bytes, as: UTF8.self)
        guard let start = text.range(of: "\"body\": "), let end = text.range(of: ",\n \"raw_length\": ", options: .backwards)
        else { return ("", -1) }
        let body = text[start.upperBound..<end.lowerBound].split(separator: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces).replacing("\": ", with: "\":") }.joined()
        return (body, Int(text[end.upperBound...].filter(\.isNumber)) ?? -1)
    }

    /// A click whose context carries `signature`, made from the recorded one.
    static func signed(_ signature: String = "good", channel: String = "dpygwdyjubydfne5nshbuea4ga") throws -> String {
        try recorded("callback_button_click_signed_context").body
            .replacing(#""signature":"c2ln""#, with: #""channel":"\#(channel)","signature":"\#(signature)""#)
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
