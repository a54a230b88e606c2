/// Reads e-mail addresses as RFC 5322 writes them, alone or behind a name: `bob@example.com`, `Bob <bob@example.com>`.
enum EmailAddress {
    /// The largest size of an address in bytes.
    private static let limit = 512

    /// Returns the parts before the `@`. One text that is no address is a fault.
    static func locals(of texts: Set<Text>) throws(RuleFault) -> Set<Text> {
        var locals: Set<Text> = []
        for text in texts {
            guard let local = local(of: text.string) else {
                throw RuleFault("email.local got a text that is no e-mail address")
            }
            locals.insert(Text(local))
        }
        return locals
    }

    private static func local(of text: String) -> String? {
        guard text.utf8.count <= limit else { return nil }
        var address = trimmed(text[...])
        if address.last == ">" {
            guard let open = address.lastIndex(of: "<"), isName(trimmed(address[..<open])) else { return nil }
            address = address[address.index(after: open)...].dropLast()
        }
        // Local parts in quotation marks are refused: an `@` in them could be taken for the address's own.
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, isDotAtom(parts[0]), isDotAtom(parts[1]) else { return nil }
        return String(parts[0])
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return start.lastIndex { $0 != " " && $0 != "\t" }.map { start[...$0] } ?? ""
    }

    /// Returns whether the text can be the name before an address: words, or anything between quotation marks.
    private static func isName(_ text: Substring) -> Bool {
        if text.count >= 2, text.first == "\"", text.last == "\"" { return !text.dropFirst().dropLast().contains("\"") }
        return text.split(separator: " ").allSatisfy(isDotAtom)
    }

    /// Returns whether the text consists of atoms with single dots between them.
    private static func isDotAtom(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.unicodeScalars.allSatisfy(isAtomPart)
        }
    }

    private static func isAtomPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: scalar.value >= 0x80 || "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(scalar)
        }
    }
}
