import TOML
import Testing

@Suite("Positions of keys and values")
struct PositionTests {
    @Test("Each key and value has the line and column at which it begins")
    func values() throws {
        let text = """
            # [a] x = 1
            top = "[a]" # y = 2
              [a]   # comment
            x = \"""
            [b]
            y = 1 \\\""" "\"""
            z = '''
            [c]
            '''
              "quo.ted" = [ 1, # ]
                "]", '[',
              ]
            """
        let table = try TOMLTable(parsing: Array((text + "\nw.v = { in = \"}\", ner = 2 }\r\n").utf8))
        #expect(
            places(table) == [
                "top 2:1 2:7", "a 3:4 3:4", "a.x 4:1 4:5", "a.z 7:1 7:5", "a.quo.ted 10:3 10:15", "a.quo.ted[] 10:17",
                "a.quo.ted[] 11:5", "a.quo.ted[] 11:10", "a.w 13:1 13:1", "a.w.v 13:3 13:7", "a.w.v.in 13:9 13:14",
                "a.w.v.ner 13:19 13:25",
            ])
    }

    @Test("Columns count characters, and a byte order mark counts for nothing")
    func columns() throws {
        let table = try TOMLTable(parsing: Array("\u{FEFF}\"é𝄞\" = 'ü' # ü\nx = 1".utf8))
        #expect(places(table) == ["é𝄞 1:1 1:8", "x 2:1 2:5"])
    }

    @Test("The position of a table is that of its header, or of its first mention if it has none")
    func tables() throws {
        let table = try TOMLTable(parsing: Array("[a.b]\nx = 1\n[a]\n[[c.d]]\n[[c.d]]\ny = 1".utf8))
        #expect(
            places(table) == [
                "a 3:2 3:2", "a.b 1:4 1:4", "a.b.x 2:1 2:5", "c 4:3 4:3", "c.d 4:5 4:5", "c.d[] 4:5", "c.d[] 5:5",
                "c.d[].y 6:1 6:5",
            ])
    }

    /// Returns each key with its position and that of its value, and each element of an array with its position.
    private func places(_ table: TOMLTable, in path: String = "") -> [String] {
        table.entries.flatMap { entry in
            ["\(path)\(entry.name) \(text(entry.position)) \(text(entry.value.position))"]
                + inside(entry.value, path + entry.name)
        }
    }

    private func inside(_ value: TOMLValue, _ path: String) -> [String] {
        switch value.kind {
        case .table(let table): places(table, in: path + ".")
        case .array(let values): values.flatMap { ["\(path)[] \(text($0.position))"] + inside($0, "\(path)[]") }
        default: []
        }
    }

    private func text(_ position: TOMLPosition) -> String { "\(position.line):\(position.column)" }
}
