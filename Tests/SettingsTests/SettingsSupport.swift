import Access
import Foundation
import Testing

@testable import Settings

/// A file with every key and without mistakes. Each setting is on a line of its own.
let goodLines = [
    "[teleport]",
    #"auth_server = "auth.example.com:3025""#,
    #"client_key = "/k""#,
    #"client_crt = "/c""#,
    #"root_cas = "/r""#,
    "[mattermost]",
    #"url = "https://chat.example.com/chat/""#,
    #"team = "team-name""#,
    #"channel = "channel-name""#,
    #"token = "TOKENtokenTOKENtoken123456""#,
    #"secret = "SECRETsecretSECRETsecret""#,
    "[http]",
    #"public_addr = "access.example.com:8081/prefix""#,
    #"listen_addr = "127.0.0.1:9000""#,
    #"https_key_file = "/hk""#,
    #"https_cert_file = "/hc""#,
    #"basic_auth.user = "mm""#,
    #"basic_auth.password = "PASSWORDpassword""#,
    "[log]",
    #"output = "stdout""#,
    #"severity = "debug""#,
    "[audit]",
    #"output = "/audit""#,
    "[approvals]",
    #"ask_reason = "on_deny""#,
    #"method = "review""#,
    "review_as_plugin = true",
    #"confirm = "approve""#,
]

func parse(_ lines: [String]) throws -> Settings {
    try Settings.parse([UInt8](lines.joined(separator: "\n").utf8), path: "f.toml")
}

/// Returns the good file with the line of a key replaced, or left out.
func changed(_ key: String, to line: String?) -> [String] {
    var lines = goodLines
    if let index = lines.firstIndex(where: { $0.hasPrefix("\(key) =") }) {
        lines.replaceSubrange(index...index, with: line.map { [$0] } ?? [])
    }
    return lines
}

/// Returns the good file with the line of a key replaced or left out. Several sections may have a key of this name, and the
/// good file may lack it.
func changed(_ key: SettingKey, to line: String?) -> [String] {
    var lines = goodLines
    guard let index = index(of: key, in: goodLines) else {
        guard let section = lines.firstIndex(of: "[\(key.section)]") else {
            return lines + (line.map { ["[\(key.section)]", $0] } ?? [])
        }
        lines.insert(contentsOf: line.map { [$0] } ?? [], at: section + 1)
        return lines
    }
    lines.replaceSubrange(index...index, with: line.map { [$0] } ?? [])
    return lines
}

func index(of key: SettingKey, in lines: [String]) -> Int? {
    let section = lines.firstIndex(of: "[\(key.section)]") ?? 0
    let end = lines[(section + 1)...].firstIndex { $0.hasPrefix("[") } ?? lines.endIndex
    return lines[section..<end].firstIndex { $0.hasPrefix("\(key.name) =") }
}

extension SettingKey {
    /// Whether the key has a single string.
    var isString: Bool {
        if case .string = form { true } else { false }
    }
}

/// Returns the problems of a file, one on each line, without the name of the file.
func problems(_ lines: [String]) -> [String] {
    do {
        _ = try parse(lines)
        return []
    } catch let error as SettingsError {
        #expect(!"\(error)".contains("TOKENtoken") && !"\(error)".contains("SECRETsecret"))
        #expect(!"\(error)".contains("PASSWORDpassword"))
        return "\(error)".split(separator: "\n").map { String($0.replacing("f.toml:", with: "", maxReplacements: 1)) }
    } catch {
        return ["\(error)"]
    }
}

/// Makes a folder, and removes it after the test.
func withFolder<Value>(_ test: (URL) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try test(folder)
}
