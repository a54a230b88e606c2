extension TOMLReader {
    /// `value = string | array | inline table | bare value`
    mutating func value() throws(TOMLError) -> TOMLValue {
        let position = cursor.position
        return TOMLValue(kind: try valueKind(), position: position)
    }

    private mutating func valueKind() throws(TOMLError) -> TOMLValue.Kind {
        let mend = "Write settings as key = \"value\"."
        switch cursor.byte {
        case nil, UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "#"):
            throw cursor.error("a value is missing here", mend: mend)
        case UInt8(ascii: "\""): return .string(try isMultiLine ? multiLineString() : basicString())
        case UInt8(ascii: "'"): return .string(try isMultiLine ? multiLineString() : literalString())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "{"): return .table(try inlineTable())
        default: return try bareValue()
        }
    }

    private var isMultiLine: Bool {
        cursor.byte.map { cursor.run(of: $0, upTo: 3) == 3 } ?? false
    }

    /// `array = "[" [ blank value blank { "," blank value blank } [ "," blank ] ] "]"`
    private mutating func array() throws(TOMLError) -> [TOMLValue] {
        let start = cursor.position
        try enter(at: start)
        cursor.advance()
        do throws(TOMLError) {
            let values = try elements()
            depth -= 1
            return values
        } catch {
            throw error.inside("array", from: start)
        }
    }

    private mutating func elements() throws(TOMLError) -> [TOMLValue] {
        var values: [TOMLValue] = []
        try skipBlank()
        while !cursor.skip("]") {
            guard cursor.byte != nil else { throw unclosedArray() }
            values.append(try value())
            try skipBlank()
            if cursor.skip(",") {
                try skipBlank()
            } else if cursor.byte != UInt8(ascii: "]") {
                throw unclosedArray()
            }
        }
        return values
    }

    private func unclosedArray() -> TOMLError {
        cursor.error("neither , nor ] follows", mend: "Put commas between the values of an array, and ] at its end.")
    }

    /// `inline table = "{" [ assignment { "," assignment } ] "}"`, all of it on one line.
    ///
    /// Nothing outside of the braces can add to an inline table, so it has a tree of its own.
    private mutating func inlineTable() throws(TOMLError) -> TOMLTable {
        var tree = TableTree()
        cursor.advance()
        cursor.skipSpace()
        if cursor.skip("}") { return tree.finished() }
        repeat {
            try assignment(&tree)
            cursor.skipSpace()
        } while cursor.skip(",")
        guard cursor.skip("}") else {
            throw cursor.error(
                "neither , nor } follows", mend: "Write an inline table on one line: { key = \"value\", other = \"value\" }.")
        }
        return tree.finished()
    }

    /// `bare value = boolean | integer | float | date or time`
    private mutating func bareValue() throws(TOMLError) -> TOMLValue.Kind {
        let start = cursor
        let token = takeToken()
        if token.elementsEqual("true".utf8) { return .boolean(true) }
        if token.elementsEqual("false".utf8) { return .boolean(false) }
        // No number or date has a reason to be longer, so longer tokens are not given to the code that converts them.
        if token.count <= 128 {
            if let kind = try NumberSyntax.value(of: token, at: start) { return kind }
            if let kind = DateSyntax.kind(of: token) { return .date(kind, String(decoding: token, as: UTF8.self)) }
        }
        guard let first = token.first else {
            throw start.error("no value begins with this character", mend: "Put text in quotes, key = \"value\".")
        }
        if ASCII.isDigit(first) || first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            throw start.error("this is no number, date or time", mend: "Put text in quotes, key = \"value\".")
        }
        throw start.error(
            "a text stands here without quotes", mend: "Put text in quotes, key = \"value\"; true and false have small letters."
        )
    }

    /// Takes the characters of a number, a date or a word. A single space may stand between a date and a time.
    private mutating func takeToken() -> [UInt8] {
        func isPart(_ byte: UInt8) -> Bool { ASCII.isLetterOrDigit(byte) || "_+-.:".utf8.contains(byte) }
        var token = Array(cursor.take(while: isPart))
        guard DateSyntax.kind(of: token) == .localDate, cursor.byte == UInt8(ascii: " "),
            let next = cursor.byte(ahead: 1), ASCII.isDigit(next)
        else { return token }
        cursor.advance()
        token.append(UInt8(ascii: " "))
        token += cursor.take(while: isPart)
        return token
    }
}
