/// The tables of a text while it is being read, with the rules of TOML 1.0 about what may be added to which table.
///
/// Tables refer to one another by index, so adding a key copies nothing, however many keys there are.
struct TableTree {
    /// One part of a dotted name.
    struct Key {
        let name: String
        let position: TOMLPosition
        /// The bytes of the name, by which names are compared. `String` compares by canonical equivalence, which TOML does not.
        var bytes: [UInt8] { Array(name.utf8) }
    }

    /// The way in which a table was written, which decides what may be added to it. Every other change is refused.
    ///
    /// ```
    ///       [a.b]             [a]
    /// none ───────▶ implied ───────▶ header
    ///  │ │              │ a.c = 1       ▲
    ///  │ │ a.b = 1      ▼               │
    ///  │ └──────────▶ dotted            │
    ///  └────────────────────────────────┘
    ///       [a]
    /// ```
    private enum Origin {
        /// The table was only named on the way to another table, as `a` is by `[a.b]`. A header or dotted keys may still define
        /// it, once.
        case implied
        /// The table was defined by a `[header]`. Other headers may add tables to it, but dotted keys outside of it may not.
        case header
        /// The table was defined by dotted keys, as `a` is by `a.b = 1`. More dotted keys may add to it, but no header may
        /// define it.
        case dotted
    }

    /// The content of a key while the text is being read.
    private enum Slot {
        case value(TOMLValue)
        /// An index into `tables`.
        case table(Int)
        /// An index into `arrays`.
        case elements(Int)
    }

    private struct Entry {
        let name: String
        var position: TOMLPosition
        let slot: Slot
    }

    private struct Table {
        var origin: Origin
        var position: TOMLPosition
        var entries: [Entry] = []
        var indices: [[UInt8]: Int] = [:]
    }

    private var tables = [Table(origin: .header, position: TOMLPosition(line: 1, column: 1))]
    /// The arrays of tables, as the indices of their elements. No array is empty.
    private var arrays: [[Int]] = []
    /// The table that assignments go to.
    private var section = 0

    /// Opens `[path]`: the assignments that follow go to this table.
    mutating func open(_ path: [Key]) throws(TOMLError) {
        guard let last = path.last else { return }
        let parent = try parent(path)
        guard let at = tables[parent].indices[last.bytes] else {
            section = addTable(last, .header, to: parent)
            return
        }
        guard case .table(let table) = tables[parent].entries[at].slot, tables[table].origin == .implied else {
            throw redefined(last, tables[parent].entries[at])
        }
        tables[table].origin = .header
        tables[table].position = last.position
        tables[parent].entries[at].position = last.position
        section = table
    }

    /// Opens `[[path]]`: the assignments that follow go to a new element of this array.
    mutating func openElement(_ path: [Key]) throws(TOMLError) {
        guard let last = path.last else { return }
        let parent = try parent(path)
        let table = tables.count
        if let at = tables[parent].indices[last.bytes] {
            guard case .elements(let array) = tables[parent].entries[at].slot else {
                throw redefined(last, tables[parent].entries[at])
            }
            arrays[array].append(table)
        } else {
            add(last, .elements(arrays.count), to: parent)
            arrays.append([table])
        }
        tables.append(Table(origin: .header, position: last.position))
        section = table
    }

    /// Adds `path = value` to the present section.
    mutating func assign(_ path: [Key], _ value: TOMLValue) throws(TOMLError) {
        guard let last = path.last else { return }
        var table = section
        for key in path.dropLast() {
            guard let at = tables[table].indices[key.bytes] else {
                table = addTable(key, .dotted, to: table)
                continue
            }
            guard case .table(let inner) = tables[table].entries[at].slot, tables[inner].origin != .header else {
                throw redefined(key, tables[table].entries[at])
            }
            tables[inner].origin = .dotted
            table = inner
        }
        if let at = tables[table].indices[last.bytes] { throw redefined(last, tables[table].entries[at]) }
        add(last, .value(value), to: table)
    }

    /// Returns the whole tree as values.
    func finished() -> TOMLTable { finished(0) }

    /// Returns a table of the tree as a value. It recurses as deep as tables are nested, which ``TOMLLimits/depth`` bounds.
    private func finished(_ index: Int) -> TOMLTable {
        TOMLTable(
            entries: tables[index].entries.map { entry in
                switch entry.slot {
                case .value(let value):
                    return TOMLTable.Entry(name: entry.name, position: entry.position, value: value)
                case .table(let table):
                    return TOMLTable.Entry(name: entry.name, position: entry.position, value: value(table))
                case .elements(let array):
                    let elements = TOMLValue(kind: .array(arrays[array].map(value)), position: entry.position)
                    return TOMLTable.Entry(name: entry.name, position: entry.position, value: elements)
                }
            })
    }

    private func value(_ table: Int) -> TOMLValue {
        TOMLValue(kind: .table(finished(table)), position: tables[table].position)
    }

    /// Returns the table that the last part of a header's name belongs in. Tables that are missing on the way to it are added.
    private mutating func parent(_ path: [Key]) throws(TOMLError) -> Int {
        var table = 0
        for key in path.dropLast() {
            guard let at = tables[table].indices[key.bytes] else {
                table = addTable(key, .implied, to: table)
                continue
            }
            switch tables[table].entries[at].slot {
            case .table(let inner): table = inner
            case .elements(let array): table = arrays[array].last ?? 0
            case .value: throw redefined(key, tables[table].entries[at])
            }
        }
        return table
    }

    private mutating func addTable(_ key: Key, _ origin: Origin, to parent: Int) -> Int {
        let table = tables.count
        add(key, .table(table), to: parent)
        tables.append(Table(origin: origin, position: key.position))
        return table
    }

    private mutating func add(_ key: Key, _ slot: Slot, to table: Int) {
        tables[table].indices[key.bytes] = tables[table].entries.count
        tables[table].entries.append(Entry(name: key.name, position: key.position, slot: slot))
    }

    private func redefined(_ key: Key, _ entry: Entry) -> TOMLError {
        let what =
            switch entry.slot {
            case .value: "this key has a value already"
            case .table: "this table is defined already"
            case .elements: "this is an array of tables already"
            }
        return TOMLError(
            code: .redefinition, position: key.position, message: "\(what), on line \(entry.position.line)",
            mend: "Remove one of the two, or join them.")
    }
}
