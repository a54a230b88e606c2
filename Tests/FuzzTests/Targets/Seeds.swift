import Access
import Foundation

@testable import ActionCrypto

extension FuzzTarget {
    /// Returns the inputs that the fuzzer begins with: recorded exchanges, and messages that are properly signed or encoded.
    func seeds() throws -> [[UInt8]] {
        switch self {
        case .certificates: try Self.certificates()
        case .clicks: try Self.bodies("callback_button_click", "callback_button_click_signed_context")
        case .conditions: Self.conditions()
        case .dialogs: try Self.bodies("callback_dialog_submission", "dialog_submit_by_user")
        case .http: try Self.requests()
        case .identity: try Self.identities()
        case .lines: Self.hostile()
        case .mattermost: try Self.files("mattermost-5.37", limit: 4096)
        case .messages: Self.messages()
        case .reconciliations: [Array(0...255), Array((0...255).reversed())]
        case .sessions: Self.hostile().flatMap { [[0] + $0, [5] + $0, [255] + $0] }
        case .settings: [try Self.file("../../config/teleport-mattermost.toml")]
        case .signatures: Signed.contexts.map { bytes(of: $0) }
        case .states: [Array(Signed.state.utf8), Signed.ticket.message]
        case .tls: Self.records()
        case .toml: try Self.conformanceCases()
        case .triggers: [Array(Recorded.trigger.utf8), Array(Recorded.key.utf8)]
        }
    }

    private static func file(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: fixtures.appending(path: path))) }

    private static func files(_ folder: String, limit: Int) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: fixtures.appending(path: folder).path).sorted()
            .map { try file("\(folder)/\($0)") }.filter { $0.count <= limit }
    }

    /// Returns the recorded bodies without the rest of their files.
    private static func bodies(_ names: String...) throws -> [[UInt8]] {
        try names.compactMap { name in
            let whole = try JSONSerialization.jsonObject(with: Data(file("mattermost-5.37/\(name).json"))) as? [String: Any]
            guard let whole, let body = whole["body"] ?? whole["request"] else { return nil }
            guard body is [String: Any] else { return nil }
            return [UInt8](try JSONSerialization.data(withJSONObject: body, options: .sortedKeys))
        }
    }

    /// The cases of the TOML conformance suite that are taken from the specification.
    private static func conformanceCases() throws -> [[UInt8]] {
        let cases = fixtures.appending(path: "../../Tests/TOMLTests/Cases/valid/spec-1.0.0")
        return try FileManager.default.contentsOfDirectory(atPath: cases.path).sorted().filter { $0.hasSuffix(".toml") }
            .map { [UInt8](try Data(contentsOf: cases.appending(path: $0))) }
    }

    /// Returns templates for each place. Their values try to break out of the code span.
    private static func messages() -> [[UInt8]] {
        [
            "\u{0}For {{user}}\u{0}[\u{FE0F}text\u{0D4E}](\u{FE0F}host/x)\u{0}@\u{301}all\u{0}",
            "\u{1}**{{user}}**: {{#reason}}_{{reason}}_{{/reason}} [{{resources}}](https://h/)\u{0}a** @all\u{0}_ `\u{301}\u{0}](x)",
            "\u{2}{{person}}: {{reason}} {{link}} {{cluster}} `code`\u{0}a\u{0}www.evil.com <b>\u{0}",
        ].map { Array($0.utf8) }
    }

    /// Returns conditions of monitoring rules that use all of the language.
    private static func conditions() -> [[UInt8]] {
        [
            #"access_request.spec.roles.contains("dev") && !user.traits["team"].contains_any(set("a", "b"))"#,
            #"contains_all(union(set("a"), access_request.spec.roles), set(`b`)) || is_empty(user.traits.team)"#,
            #"ifelse(true, dict(pair("k", set("v"))).put("l", set()).add_values("k", "w").remove("l"), choose(option(false, 1))) == "x""#,
            #"regexp.replace(access_request.spec.roles, "^(?i:d)([a-z]*?)(?P<n>\d{1,2}|)$", "${1}_$n$$").contains("x")"#,
            #"between(access_request.spec.creation_time, time.RFC3339("2025-08-11T14:00:00.5+01:00"), access_request.spec.expiry)"#,
            #"newer_than("1.2.3-rc.1", "1.2.2") && strings.upper(strings.replaceall("AäA", "", "-")) != "1" // c"#,
            #"strings.split(email.local(user.traits["email"]), ".").add("x").isempty() /* c */ || 1 == 2"#,
        ].map { Array($0.utf8) }
    }

    private static func requests() throws -> [[UInt8]] {
        let body = try bodies("callback_button_click_signed_context").first ?? []
        func request(_ line: String, _ fields: String) -> [UInt8] {
            Array("\(line) HTTP/1.1\r\nHost: callback\r\n\(fields)\r\n".utf8)
        }
        let json = "Content-Type: application/json\r\n"
        let click = request("POST /mattermost_action", json + "Content-Length: \(body.count)\r\n") + body
        let chunked =
            request("POST /mattermost_dialog", json + "Transfer-Encoding: chunked\r\n") + Array("2\r\n{}\r\n0\r\n\r\n".utf8)
        let expecting = request("POST /mattermost/mattermost_action", json + "Expect: 100-continue\r\nContent-Length: 2\r\n")
        let health = request("GET /healthz", "") + request("HEAD /readyz", "Connection: close\r\n")
        return [click, chunked, expecting, health].flatMap { [[0] + $0, [7] + $0] }
    }

    /// Returns values that have broken one format or another before.
    private static func hostile() -> [[UInt8]] {
        [
            [
                "dave", "admin, dev", "c\"}{", "e\u{301}\u{200D}", "a\u{A0}b", "\\\u{301}\" user:root", "\u{D4E}",
                "\u{2028}\r\n",
            ],
            [
                String(repeating: "\u{1}", count: 300), "\u{FE0F}", "\u{10FFFF}", "\u{85}", "\u{3000}\u{200B}",
                "[x](https://x) @all",
            ],
            ["", "dpygwdyjubydfne5nshbuea4ga", "qpo53xy6y3de3xmshwu7zrgxkw", "pia@example.com"],
        ].map { Array($0.joined(separator: "\0").utf8) }
    }

    /// Returns a certificate with its key in several forms. They are made anew each time, so that no key is stored.
    private static func certificates() throws -> [[UInt8]] {
        let identity = try SelfSigned.identity(names: ["localhost", "127.0.0.1", "::1"])
        let lines = String(decoding: identity.certificateChain, as: UTF8.self).split(separator: "\n")
        let der = Data(base64Encoded: lines.filter { !$0.hasPrefix("-") }.joined()) ?? Data()
        return [
            identity.certificateChain, identity.certificateChain + identity.privateKey.reveal(), Array(der),
            Array("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n".utf8),
        ]
    }

    /// Returns records of both sides of a handshake, whole and cut, and changes to a connection.
    private static func records() -> [[UInt8]] {
        let pair = Pair()
        var (client, server) = (Pair.Side(engine: pair.client), Pair.Side(engine: pair.server))
        client.take([])
        let hello = client.output
        server.take(hello)
        let answer = server.output
        let changes: [[UInt8]] = [[], [0, 3, 1], [0, 60, 255, 0, 200, 1], [2, 0, 128], [4, 10, 1]]
        return [[0] + hello, [0] + hello.dropLast(20), [1] + answer, [1] + answer.prefix(100)]
            + changes.flatMap { [[2] + $0, [3] + $0] }
    }
}
