extension Readiness {
    /// `/readyz`'s body.
    var json: [UInt8] {
        var text = problems.isEmpty ? #"{"status":"ready""# : #"{"status":"not ready","reasons":["#
        for (number, problem) in problems.enumerated() {
            text += number == 0 ? "\"" : ",\""
            for scalar in problem.unicodeScalars { text += Self.escaped(scalar) }
            text += "\""
        }
        text += problems.isEmpty ? "}" : "]}"
        return Array(text.utf8)
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
