/// A time zone's rules, read from a compiled file of the tz database (TZif, RFC 8536, versions 1 to 4).
///
/// Files come "fat", with every change up to 2037, or "slim", with a rule in the footer for all that happens after the last
/// change. Both parts are used. Leap seconds, which only the `right/` zones count, are ignored.
package struct TimeZoneRules: Equatable, Sendable {
    /// The largest files of the tz database have about 4 KiB.
    package static let largestFile = 128 << 10

    /// The error of bytes that are not a TZif file, or that break its rules.
    package struct Malformed: Error, Equatable {}

    /// The moments at which the local time changes, ascending, in seconds since 1970.
    private let changes: [Int64]
    /// The index of the type that holds from each of ``changes`` on.
    private let indexes: [Int]
    /// The types of local time, which are never none. The first one holds before all changes.
    private let types: [LocalTime]
    /// The rule that holds after the last change; nil if the last type holds for ever.
    private let footer: PosixZone?

    /// Reads the contents of a TZif file.
    package init(_ bytes: [UInt8]) throws(Malformed) {
        guard bytes.count <= Self.largestFile else { throw Malformed() }
        var reader = TZifReader(bytes)
        let first = try reader.header()
        var block = try reader.block(first, timeSize: 4)
        var footer: PosixZone?
        if first.version > 0 {
            // The second block repeats the first one with times of 64 bits.
            block = try reader.block(reader.header(), timeSize: 8)
            let rule = try reader.footer()
            if !rule.isEmpty {
                guard let zone = PosixZone(rule) else { throw Malformed() }
                footer = zone
            }
        }
        guard let first = block.types.first else { throw Malformed() }
        (changes, indexes, self.footer) = (block.changes, block.indexes, footer)
        types = [first] + block.types.dropFirst()
    }

    /// Returns what clocks in the zone show at a moment, in seconds since 1970.
    package func local(at second: Int64) -> LocalTime {
        guard let last = changes.last, second < last else {
            if let footer { return footer.local(at: second) }
            return indexes.last.map { types[$0] } ?? types[0]
        }
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= second { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? types[0] : types[indexes[low - 1]]
    }
}

/// Takes the parts of a TZif file off its front. The counts in the file are not trusted: nothing is read beyond the end.
private struct TZifReader {
    struct Header {
        var version: UInt8
        var utcs, standards, leaps, changes, types, characters: Int
    }

    struct Block {
        var changes: [Int64]
        var indexes: [Int]
        var types: [LocalTime]
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    private mutating func take(_ count: Int) throws(TimeZoneRules.Malformed) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw TimeZoneRules.Malformed() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// Reads a signed, big-endian number of 4 or 8 bytes.
    private mutating func number(_ size: Int) throws(TimeZoneRules.Malformed) -> Int64 {
        let bits = try take(size).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return size == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
    }

    mutating func header() throws(TimeZoneRules.Malformed) -> Header {
        guard try take(4).elementsEqual("TZif".utf8) else { throw TimeZoneRules.Malformed() }
        let version = try take(16).first ?? 0
        var counts: [Int] = []
        // The bounds are far above what any zone has; RFC 8536 has at most 256 types.
        for most: Int64 in [256, 256, 1000, 5000, 256, 2048] {
            let count = try number(4)
            guard (0...most).contains(count) else { throw TimeZoneRules.Malformed() }
            counts.append(Int(count))
        }
        return Header(
            version: version, utcs: counts[0], standards: counts[1], leaps: counts[2], changes: counts[3], types: counts[4],
            characters: counts[5])
    }

    mutating func block(_ header: Header, timeSize: Int) throws(TimeZoneRules.Malformed) -> Block {
        var block = Block(changes: [], indexes: [], types: [])
        for _ in 0..<header.changes {
            let change = try number(timeSize)
            guard block.changes.last.map({ $0 < change }) ?? true else { throw TimeZoneRules.Malformed() }
            block.changes.append(change)
        }
        block.indexes = try take(header.changes).map(Int.init)
        guard block.indexes.allSatisfy({ $0 < header.types }) else { throw TimeZoneRules.Malformed() }
        var names: [Int] = []
        for _ in 0..<header.types {
            let offset = try number(4)
            guard (-93_599...93_599).contains(offset) else { throw TimeZoneRules.Malformed() }
            block.types.append(LocalTime(offset: offset, abbreviation: ""))
            names.append(try take(2).last.map(Int.init) ?? 0)
        }
        let characters = try take(header.characters)
        for (index, name) in names.enumerated() {
            let letters = characters.dropFirst(name).prefix { $0 != 0 }
            guard let abbreviation = PosixZone.abbreviation(letters) else { throw TimeZoneRules.Malformed() }
            block.types[index].abbreviation = abbreviation
        }
        _ = try take(header.leaps * (timeSize + 4) + header.standards + header.utcs)
        return block
    }

    /// Reads the rule between two line feeds, which may be empty.
    mutating func footer() throws(TimeZoneRules.Malformed) -> [UInt8] {
        guard try take(1).first == UInt8(ascii: "\n"), let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            throw TimeZoneRules.Malformed()
        }
        return Array(rest[..<end])
    }
}
