extension TOMLTable {
    /// Reads a whole TOML 1.0 text in time linear to its size.
    ///
    /// The grammar is in this target's documentation. Any bytes are accepted: if they are not TOML, the initializer throws and
    /// never traps.
    package init(parsing bytes: [UInt8], limits: TOMLLimits = TOMLLimits()) throws(TOMLError) {
        let start = TOMLPosition(line: 1, column: 1)
        guard bytes.count <= limits.bytes else {
            throw TOMLError(
                code: .limit, position: start, message: "the text is larger than \(limits.bytes) bytes",
                mend: "Is it the right file?")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw TOMLError(
                code: .encoding, position: Self.firstMalformed(bytes) ?? start, message: "this is not UTF-8 text",
                mend: "Save the file as UTF-8.")
        }
        var reader = TOMLReader(bytes, limits)
        self = try reader.document()
    }
}

/// A recursive descent parser with one method for each rule of the grammar. The comment of a method has its rule.
struct TOMLReader {
    var cursor: TextCursor
    let limits: TOMLLimits
    /// Levels of tables and arrays around the cursor.
    var depth = 0
    private var keys = 0

    init(_ bytes: [UInt8], _ limits: TOMLLimits) {
        cursor = TextCursor(bytes)
        self.limits = limits
    }

    /// `document = line { newline line }`
    mutating func document() throws(TOMLError) -> TOMLTable {
        var tree = TableTree()
        var sectionDepth = 0
        while true {
            cursor.skipSpace()
            switch cursor.byte {
            case nil: return tree.finished()
            case UInt8(ascii: "["):
                depth = 0
                try header(&tree)
                sectionDepth = depth
            case UInt8(ascii: "#"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): break
            default:
                depth = sectionDepth
                try assignment(&tree)
            }
            try endOfLine()
        }
    }

    /// `header = "[" key "]" | "[[" key "]]"`
    private mutating func header(_ tree: inout TableTree) throws(TOMLError) {
        cursor.advance()
        let isElement = cursor.skip("[")
        let path = try key()
        for _ in 0..<(isElement ? 2 : 1) where !cursor.skip("]") {
            let form = isElement ? "[[name]]" : "[name]"
            throw cursor.error("the name of a section is not followed by its bracket", mend: "Write sections as \(form).")
        }
        if isElement { try tree.openElement(path) } else { try tree.open(path) }
    }

    /// `assignment = key "=" value`
    ///
    /// Leaves `depth` as it was found.
    mutating func assignment(_ tree: inout TableTree) throws(TOMLError) {
        let outside = depth
        let path = try key()
        guard cursor.skip("=") else {
            throw cursor.error("a key is not followed by =", mend: "Write settings as key = \"value\".")
        }
        cursor.skipSpace()
        try tree.assign(path, try value())
        depth = outside
    }

    /// `key = simple { "." simple }`, with the space around each part.
    ///
    /// Increases `depth` by the number of the key's parts.
    private mutating func key() throws(TOMLError) -> [TableTree.Key] {
        var parts: [TableTree.Key] = []
        repeat {
            cursor.skipSpace()
            let position = cursor.position
            parts.append(TableTree.Key(name: try simpleKey(), position: position))
            try enter(at: position)
            keys += 1
            guard keys <= limits.keys else {
                throw TOMLError(
                    code: .limit, position: position, message: "the text has more than \(limits.keys) keys",
                    mend: "Is it the right file?")
            }
            cursor.skipSpace()
        } while cursor.skip(".")
        return parts
    }

    /// `simple = bare | basic string | literal string`
    private mutating func simpleKey() throws(TOMLError) -> String {
        switch cursor.byte {
        case UInt8(ascii: "\""): return try basicString()
        case UInt8(ascii: "'"): return try literalString()
        default:
            let bare = cursor.take { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
            guard !bare.isEmpty else {
                throw cursor.error(
                    "the name of a key or section is missing here",
                    mend: "A name has letters, digits, '_' and '-', or stands in quotes.")
            }
            return String(decoding: bare, as: UTF8.self)
        }
    }

    /// Enters one more level of nesting, and throws if that is one too many.
    mutating func enter(at position: TOMLPosition) throws(TOMLError) {
        depth += 1
        guard depth <= limits.depth else {
            throw TOMLError(
                code: .limit, position: position, message: "this is nested deeper than \(limits.depth) levels",
                mend: "Correct the line or remove it.")
        }
    }
}

/// The rules for what may stand between keys and values.
extension TOMLReader {
    /// `end of line = [ comment ] ( newline | end of text )`
    private mutating func endOfLine() throws(TOMLError) {
        cursor.skipSpace()
        try skipComment()
        guard !cursor.skipNewline(), cursor.byte != nil else { return }
        throw cursor.error(
            "something follows where the line should end", mend: "Write one key = value on each line, and text in quotes.")
    }

    /// `blank = { space | newline | comment }`
    mutating func skipBlank() throws(TOMLError) {
        repeat {
            cursor.skipSpace()
            try skipComment()
        } while cursor.skipNewline()
    }

    /// `comment = "#" { any character but controls }`
    private mutating func skipComment() throws(TOMLError) {
        guard cursor.skip("#") else { return }
        while cursor.byte != nil, !cursor.isAtNewline {
            try refuseControl()
            cursor.advance()
        }
    }

    /// Throws when a control character other than a tab is under the cursor.
    func refuseControl() throws(TOMLError) {
        guard let byte = cursor.byte, byte < 0x20 && byte != UInt8(ascii: "\t") || byte == 0x7F else { return }
        if byte == 0 { throw cursor.error("a NUL character stands here", mend: "Remove it.") }
        if byte == UInt8(ascii: "\r") {
            throw cursor.error("a carriage return stands here without a line feed", mend: "Save the file with line feeds.")
        }
        throw cursor.error("a control character stands here", mend: "Remove it, or write it as an escape such as \\u001B.")
    }
}

/// Tells what an ASCII byte stands for.
enum ASCII {
    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// The value of a digit in bases up to 16.
    static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte - UInt8(ascii: "0") }
        let letter = byte | 0x20
        return (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(letter) ? letter - UInt8(ascii: "a") + 10 : nil
    }
}
