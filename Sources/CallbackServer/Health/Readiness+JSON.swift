extension Readiness {
    /// The body of `/readyz`. It leaves out the problems, because they contain the names of servers.
    var statusJSON: [UInt8] { Array((problems.isEmpty ? #"{"status":"ready"}"# : #"{"status":"not ready"}"#).utf8) }

    /// The body of `/readyz` with the problems and notes, for the command `check`.
    var json: [UInt8] {
        var text = problems.isEmpty ? #"{"status":"ready""# : #"{"status":"not ready""#
        if !problems.isEmpty { text += #","reasons":"# + Self.array(problems) }
        if !notes.isEmpty { text += #","notes":"# + Self.array(notes) }
        return Array((text + "}").utf8)
    }

    private static func array(_ texts: [String]) -> String {
        let strings = texts.map { "\"" + $0.unicodeScalars.map(escaped).joined() + "\"" }
        return "[" + strings.joined(separator: ",") + "]"
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\0"..<" ": " "
        default: String(scalar)
        }
    }
}
