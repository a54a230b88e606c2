import Foundation
import TestSupport
import Testing

@testable import Access

@Suite("Times in a zone")
struct ZoneTests {
    private static func rules(_ name: String) throws -> TimeZoneRules {
        try TimeZoneRules([UInt8](Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))))
    }

    private static func second(_ text: String) throws -> Int64 {
        Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970)
    }

    @Test(
        "A time is shown as the zone's clocks show it, on both sides of changes and far in the future",
        arguments: [
            ("Europe/Berlin", "2026-11-25T16:05:00Z", "2026-11-25 17:05 CET"),
            ("Europe/Berlin", "2026-10-25T00:59:59Z", "2026-10-25 02:59 CEST"),
            ("Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25 02:00 CET"),
            ("Europe/Berlin", "2091-07-01T00:00:00Z", "2091-07-01 02:00 CEST"),
            ("America/New_York", "2026-03-08T06:59:00Z", "2026-03-08 01:59 EST"),
            ("America/New_York", "2026-03-08T07:00:00Z", "2026-03-08 03:00 EDT"),
            ("Australia/Sydney", "2060-01-01T00:00:00Z", "2060-01-01 11:00 AEDT"),
            ("Europe/Dublin", "2050-01-15T12:00:00Z", "2050-01-15 12:00 GMT"),
            ("Europe/Dublin", "2050-07-15T12:00:00Z", "2050-07-15 13:00 IST"),
            ("Asia/Kolkata", "2026-11-25T20:00:00Z", "2026-11-26 01:30 IST"),
            ("America/Sao_Paulo", "2026-11-25T01:00:00Z", "2026-11-24 22:00 UTC-03"),
            ("Pacific/Auckland", "2026-12-31T12:00:00Z", "2027-01-01 01:00 NZDT"),
        ])
    func moments(zone: String, moment: String, text: String) throws {
        let clock = ZoneClock(try Self.rules(zone))
        #expect(clock.minute(Timestamp(milliseconds: try Self.second(moment) * 1000)) == text)
    }

    @Test("UTC needs no file, and no moment is too far away")
    func utc() throws {
        #expect(ZoneClock.utc.minute(Timestamp(milliseconds: 1_795_212_453_332)) == "2026-11-20 22:07 UTC")
        for clock in [.utc, ZoneClock(try Self.rules("Europe/Berlin"))] {
            for milliseconds in [Int64.min, .max, 0, -1] {
                #expect(!clock.minute(Timestamp(milliseconds: milliseconds)).isEmpty)
            }
        }
    }

    @Test("Offsets agree with those of the system's own library, through a century")
    func system() throws {
        var random = SplitMix64(seed: 3)
        for name in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"] {
            let rules = try Self.rules(name)
            let zone = try #require(TimeZone(identifier: name))
            for _ in 0..<500 {
                let second = Int64.random(in: 500_000_000...4_000_000_000, using: &random)
                let expected = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
                #expect(rules.local(at: second).offset == Int64(expected), "\(name) \(second)")
            }
        }
    }

    /// Returns a time zone file with a change at each of the given seconds, from AAA (UTC) to BBB (an hour ahead of UTC).
    private func file(version: Character = "2", footer: String = "CCC-2", changes: [Int64] = [1000]) -> [UInt8] {
        func number(_ value: Int64, _ size: Int) -> [UInt8] {
            (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        let version: UInt8 = version == "1" ? 0 : version.asciiValue ?? 0
        func part(_ size: Int) -> [UInt8] {
            Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
                + [0, 0, 0, Int64(changes.count), 2, 8].flatMap { number($0, 4) }
                + changes.flatMap { number($0, size) } + changes.map { _ in 1 }
                + number(0, 4) + [0, 0] + number(3600, 4) + [0, 4] + Array("AAA\0BBB\0".utf8)
        }
        return version == 0 ? part(4) : part(4) + part(8) + Array("\n\(footer)\n".utf8)
    }

    @Test("Each part of a file is used: the first type before all changes, the footer after them")
    func parts() throws {
        for version: Character in ["2", "3", "4"] {
            let rules = try TimeZoneRules(file(version: version))
            #expect(rules.local(at: 999) == LocalTime(offset: 0, abbreviation: "AAA"))
            #expect(rules.local(at: 1000) == LocalTime(offset: 7200, abbreviation: "CCC"))
        }
        let endless = try TimeZoneRules(file(footer: ""))
        #expect(endless.local(at: 1000) == LocalTime(offset: 3600, abbreviation: "BBB"))
        #expect(try TimeZoneRules(file(version: "1")).local(at: 5000).abbreviation == "BBB")
        let two = try TimeZoneRules(file(changes: [1000, 2000]))
        #expect(two.local(at: 1500).abbreviation == "BBB" && two.local(at: 0).abbreviation == "AAA")
        // A file without changes has only the footer to go by. The compact files that `zic -b slim` writes are like this.
        #expect(try TimeZoneRules(file(changes: [])).local(at: 0).abbreviation == "CCC")
    }

    @Test(
        "Rules of POSIX's kind, with days of each kind, hours beyond a day and summer that ends next year",
        arguments: [
            ("EST5EDT", "2026-07-01T00:00:00Z", -14400), ("EST5EDT,M3.2.0,M11.1.0", "2026-12-01T00:00:00Z", -18000),
            ("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "2026-04-01T00:00:00Z", -7200),
            ("XXX-1YYY,J60,J300", "2028-03-01T00:59:59Z", 3600),
            ("XXX-1YYY,J60,J300", "2028-03-01T01:00:00Z", 7200), ("XXX-1YYY,0/0,J365/25", "2026-12-31T22:30:00Z", 7200),
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z", 10800), ("AAA3:30", "2026-01-01T00:00:00Z", -12600),
        ])
    func posix(rule: String, moment: String, offset: Int64) throws {
        let zone = try #require(PosixZone(Array(rule.utf8)))
        #expect(zone.local(at: try Self.second(moment)).offset == offset)
    }

    @Test(
        "A text that is no rule is refused",
        arguments: [
            "", "A1", "AAA", "AAA1BBB,", "AAA1BBB,M13.1.0,M1.1.0", "AAA1BBB,M3.2.0", "AAA25", "<A`B>1", "AAA1BBB,J0,J1",
            "AAA1x",
        ])
    func noRule(rule: String) {
        #expect(PosixZone(Array(rule.utf8)) == nil)
    }

    @Test("No bytes trap: every cut of a file and thousands of changed ones are read or refused")
    func hostile() throws {
        let real = [UInt8](try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin")))
        for whole in [file(), real] {
            for count in 0..<whole.count { _ = try? TimeZoneRules(Array(whole.prefix(count))) }
            var random = SplitMix64(seed: 5)
            for _ in 0..<3000 {
                var bytes = whole
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                guard let rules = try? TimeZoneRules(bytes) else { continue }
                for second: Int64 in [Int64.min / 1000, -1, 0, 1_795_212_453, Int64.max / 1000] {
                    #expect((3...10).contains(rules.local(at: second).abbreviation.count))
                }
            }
        }
        #expect(throws: TimeZoneRules.Malformed.self) {
            try TimeZoneRules([UInt8](repeating: 0x54, count: TimeZoneRules.largestFile + 1))
        }
    }
}
