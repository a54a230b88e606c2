/// Reads e-mail addresses as Go's `net/mail` does: `bob@example.com`, `Bob B. Smith <bob@example.com>`, `bob@example.com (Bob)`.
enum EmailAddress {
    /// Returns the parts before the `@`. One text that is no address is a fault.
    static func locals(of texts: Set<Text>) throws(RuleFault) -> Set<Text> {
        var locals: Set<Text> = []
        for text in texts {
            var reader = Reader(rest: Array(text.string.unicodeScalars)[...])
            guard let local = reader.local() else {
                throw RuleFault("email.local got a text that is no e-mail address")
            }
            locals.insert(Text(local))
        }
        return locals
    }

    private struct Reader {
        var rest: ArraySlice<Unicode.Scalar>

        /// Reads an address, alone or in angle brackets behind a name, and the comments after it. Returns its part before the `@`.
        mutating func local() -> String? {
            skipBlanks()
            let start = rest
            var found = address()
            if found == nil {
                rest = start
                guard skipName(), take("<") else { return nil }
                found = address()
                guard take(">") else { return nil }
            }
            return skipComments() && rest.isEmpty ? found : nil
        }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard rest.first == scalar else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\t" } }

        /// Reads what stands on both sides of an `@`. Local parts in quotation marks are refused: an `@` in them could be taken for
        /// the address's own.
        private mutating func address() -> String? {
            skipBlanks()
            guard let local = atom(), take("@") else { return nil }
            skipBlanks()
            return atom() == nil ? nil : local
        }

        /// Reads a text with single dots inside.
        private mutating func atom() -> String? {
            let atom = rest.prefix(while: Self.isAtomPart)
            let parts = atom.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
            rest = rest.dropFirst(atom.count)
            return String(String.UnicodeScalarView(atom))
        }

        /// Skips the name before an address in angle brackets: words, in which dots may stand anywhere, texts between quotation
        /// marks, and comments. There may be none.
        private mutating func skipName() -> Bool {
            while rest.first != "<" {
                let word = rest.prefix(while: Self.isAtomPart)
                rest = rest.dropFirst(word.count)
                guard !word.isEmpty || skipQuoted(), skipComments() else { return false }
            }
            return true
        }

        private mutating func skipQuoted() -> Bool {
            guard take("\"") else { return false }
            while let scalar = rest.popFirst() {
                if scalar == "\"" { return true }
                let inner = scalar == "\\" ? rest.popFirst() : scalar
                guard let inner, Self.isVisible(inner) || inner == " " || inner == "\t" else { return false }
            }
            return false
        }

        /// Skips blanks and comments in parentheses, which may be nested. Returns false if one has no end.
        private mutating func skipComments() -> Bool {
            skipBlanks()
            while take("(") {
                var depth = 1
                while depth > 0 {
                    switch rest.popFirst() {
                    case nil: return false
                    case "\\": _ = rest.popFirst()
                    case "(": depth += 1
                    case ")": depth -= 1
                    default: break
                    }
                }
                skipBlanks()
            }
            return true
        }

        private static func isAtomPart(_ scalar: Unicode.Scalar) -> Bool {
            isVisible(scalar) && !"()<>[]:;@\\,\"".unicodeScalars.contains(scalar)
        }

        private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
            ("!"..."~").contains(scalar) || scalar.value >= 0x80
        }
    }
}
