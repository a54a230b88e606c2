import Access
import Base
import Foundation
import Testing

@testable import MonitoringRules

/// The rows of the tables by which Teleport's own evaluator was described.
@Suite("The known tables of conditions and schedules")
struct TableTests {
    private static let threeTraits =
        #"contains_any($T["level"], set("L1", "L2")) && contains_any($T["team"], set("Cloud"))"#
        + #" && contains_any($T["location"], set("Seattle"))"#
    private static let three = ["dev", "stage", "prod"]

    private static let rows: [(String, World, Bool)] = [
        (#"contains_any($T["level"], set("L1"))"#, World(traits: ["level": ["L2"]]), false),
        (#"contains_any($T["level"], set("L1","L2"))"#, World(traits: ["level": ["L1"]]), true),
        (threeTraits, World(traits: ["level": ["L1"], "team": ["Cloud"], "location": ["Seattle"]]), true),
        (threeTraits, World(traits: ["level": ["L1"], "team": ["Tools"], "location": ["Seattle"]]), false),
        (#"contains_any($R, set("dev")) && $R.contains_any(set("dev"))"#, World(roles: three), true),
        (#"contains_any($R, set("no-match")) || $R.contains_any(set("no-match"))"#, World(roles: three), false),
        (#"contains_all(set("dev","stage","prod"), $R)"#, World(roles: three), true),
        (#"set("dev").contains_all($R)"#, World(roles: three), false),
        (#"set("dev").contains_all($R)"#, World(), false),
        (#"set().contains_all($R)"#, World(), false),
        (#"$U.contains("test")"#, World(labels: [["env": "test"]]), true),
        (#"$U.contains_all(set("test","dev"))"#, World(labels: [["env": "test"], ["env": "dev"]]), true),
        (#"$I.contains("test")"#, World(labels: [["env": "test"], ["env": "test"]]), true),
        (#"$I.contains("test")"#, World(labels: [["env": "test"], ["env": "dev"]]), false),
        (#"$U.contains("prod") && !$T["team"].contains("admin")"#, World(labels: [["env": "prod"]]), true),
    ]

    @Test("Each condition of the table has the result of the table", arguments: rows.indices)
    func conditions(row: Int) throws {
        let (condition, world, isMet) = Self.rows[row]
        #expect(try world.meets(condition) == isMet)
    }

    private static func shifts(_ start: String, _ end: String, day: String = "Monday") -> [MonitoringRule.Schedule.Shift] {
        [.init(weekday: day, start: start, end: end)]
    }

    private static func outcome(
        _ schedules: [String: MonitoringRule.Schedule], at moment: Timestamp = World.monday
    ) -> RuleBook.Outcome? {
        var world = World()
        world.request.created = moment
        let rule = MonitoringRule(name: "r", condition: "true", recipients: ["a/b"], schedules: schedules)
        let book = RuleBook([rule]) { name in
            switch name {
            case "UTC": .utc
            case "America/Los_Angeles": try? ZoneClock(TimeZoneRules(losAngeles))
            case "America/New_York", "Europe/Berlin": zone(name)
            default: nil
            }
        }
        return book.outcomes(for: world.facts).first?.outcome
    }

    private static func zone(_ name: String) -> ZoneClock? {
        FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").flatMap {
            try? ZoneClock(TimeZoneRules([UInt8]($0)))
        }
    }

    /// A file of the tz database that has only the rule of the zone.
    private static var losAngeles: [UInt8] {
        func number(_ value: UInt32) -> [UInt8] { (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        let counts = [0, 0, 0, 0, 1, 4].flatMap { number($0) }
        let header = Array("TZif2".utf8) + Array(repeating: 0, count: 15) + counts
        let block = number(UInt32(bitPattern: -28800)) + [0, 0] + Array("PST\0".utf8)
        return header + block + header + block + Array("\nPST8PDT,M3.2.0,M11.1.0\n".utf8)
    }

    @Test("Each schedule of the table has the result of the table")
    func schedules() {
        let zone = "America/Los_Angeles"
        #expect(Self.outcome([:]) == .matches)
        #expect(Self.outcome(["a": .init(shifts: Self.shifts("14:00", "15:00"))]) == .matches)
        #expect(Self.outcome(["a": .init(shifts: Self.shifts("14:30", "15:00"))]) == .matches)
        #expect(Self.outcome(["a": .init(shifts: Self.shifts("14:31", "15:00"))]) == .outsideSchedule)
        #expect(Self.outcome(["a": .init(timeZone: zone, shifts: Self.shifts("14:00", "15:00"))]) == .outsideSchedule)
        #expect(Self.outcome(["a": .init(timeZone: zone, shifts: Self.shifts("07:00", "08:00"))]) == .matches)
        #expect(Self.outcome(["a": .init(shifts: [])]) == .outsideSchedule)
        #expect(Self.outcome(["a": .init(timeZone: "nowhere", shifts: [])]) == .outsideSchedule)
        #expect(Self.outcome(["a": .init(shifts: Self.shifts("14:00", "15:00", day: "Tuesday"))]) == .outsideSchedule)
        #expect(Self.outcome(["a": .init(shifts: Self.shifts("14:00", "15:00", day: "monday"))]) == .outsideSchedule)
        #expect(Self.outcome(["a": .init(shifts: Self.shifts("14:00", "15:00", day: "Mon"))]) == .outsideSchedule)
        let two = [
            "a": MonitoringRule.Schedule(shifts: Self.shifts("14:30", "15:00")),
            "b": .init(shifts: Self.shifts("14:30", "15:00", day: "Tuesday")),
        ]
        #expect(Self.outcome(two) == .matches)
    }

    @Test("Both ends of a shift belong to it, to the second, and no shift crosses midnight")
    func ends() {
        let schedule = ["a": MonitoringRule.Schedule(shifts: Self.shifts("14:30", "15:00"))]
        #expect(Self.outcome(schedule, at: World.monday.advanced(by: .seconds(1800))) == .matches)
        #expect(Self.outcome(schedule, at: World.monday.advanced(by: .seconds(1830))) == .outsideSchedule)
        #expect(Self.outcome(schedule, at: World.monday.advanced(by: .milliseconds(-1))) == .outsideSchedule)
        #expect(Self.outcome(["a": .init(shifts: Self.shifts("23:00", "15:00"))]) == .outsideSchedule)
        #expect(Self.outcome(["a": .init(shifts: Self.shifts("9:00", "23:59"))]) == .matches)
    }

    @Test(
        "A rule with a bad zone or a bad time is skipped, with the reason",
        arguments: ["24:00", "00:60", "12:34:56", "1430", "14:3", "", "+1:30", "١٤:٣٠"])
    func broken(time: String) {
        for shifts in [Self.shifts(time, "15:00"), Self.shifts("00:00", time)] {
            guard case .skipped(let fault)? = Self.outcome(["a": .init(shifts: shifts)]) else {
                Issue.record("\(time) is taken")
                continue
            }
            #expect(fault.words.contains("is no time of the day"))
        }
        let elsewhere = Self.shifts(time, "15:00", day: "Friday") + Self.shifts("00:00", time, day: "Mon")
        #expect(Self.outcome(["a": .init(shifts: elsewhere)]) == .outsideSchedule)
        #expect(Self.outcome(["a": .init(shifts: elsewhere + Self.shifts("14:00", "15:00"))]) == .matches)
        // Shifts are asked one after the other, and the first that the request lies in decides.
        #expect(Self.outcome(["a": .init(shifts: Self.shifts("14:00", "15:00") + Self.shifts(time, "15:00"))]) == .matches)
        guard case .skipped? = Self.outcome(["a": .init(shifts: Self.shifts(time, "15:00") + Self.shifts("14:00", "15:00"))])
        else {
            Issue.record("\(time) is taken")
            return
        }
        let rule = MonitoringRule(
            name: "r", condition: "true", recipients: ["a/b"], schedules: ["a": .init(shifts: elsewhere)])
        let fault = RuleBook([rule]) { _ in .utc }.faults.first?.fault
        #expect(fault?.words.hasPrefix("on Friday, because ") == true)
        let zone = Self.outcome(["a": .init(timeZone: "Mars/Olympus", shifts: Self.shifts("14:00", "15:00"))])
        #expect(zone == .skipped(RuleFault(#"the time zone "Mars/Olympus" is not known"#)))
    }

    @Test("A schedule that is on decides, even if another one of the rule cannot be used")
    func several() {
        let good = MonitoringRule.Schedule(shifts: Self.shifts("14:00", "15:00"))
        let bad = MonitoringRule.Schedule(timeZone: "Mars/Olympus", shifts: Self.shifts("14:00", "15:00"))
        #expect(Self.outcome(["a": bad, "b": good]) == .matches)
        #expect(Self.outcome(["a": good, "b": bad]) == .matches)
        let off = MonitoringRule.Schedule(shifts: Self.shifts("10:00", "11:00"))
        guard case .skipped? = Self.outcome(["a": off, "b": bad]) else {
            Issue.record("The bad zone is taken")
            return
        }
    }

    @Test(
        "Where the clocks are changed, a shift has the ends that Go gives it",
        arguments: [
            // In New York the hour from 1:00 comes twice on this day, and a shift means the first one.
            ("America/New_York", "01:00", "01:30", "2026-11-01T05:10:00Z", true),
            ("America/New_York", "01:00", "01:30", "2026-11-01T06:10:00Z", false),
            ("America/New_York", "00:30", "02:30", "2026-11-01T06:10:00Z", true),
            // A start in the hour that is left out in spring is an hour early.
            ("America/New_York", "02:30", "04:00", "2026-03-08T06:29:00Z", false),
            ("America/New_York", "02:30", "04:00", "2026-03-08T06:30:00Z", true),
            ("America/New_York", "00:00", "23:59", "2026-03-08T04:59:00Z", false),
            ("America/New_York", "00:00", "23:59", "2026-03-09T03:59:00Z", true),
            ("America/New_York", "00:00", "23:59", "2026-03-09T03:59:01Z", false),
            // East of Greenwich the second one is meant.
            ("Europe/Berlin", "02:00", "02:30", "2026-10-25T00:10:00Z", false),
            ("Europe/Berlin", "02:00", "02:30", "2026-10-25T01:10:00Z", true),
            ("Europe/Berlin", "02:30", "04:00", "2026-03-29T01:29:00Z", false),
            ("Europe/Berlin", "02:30", "04:00", "2026-03-29T01:30:00Z", true),
        ])
    func clockChanges(zone: String, start: String, end: String, moment: String, isOn: Bool) throws {
        let schedule = ["a": MonitoringRule.Schedule(timeZone: zone, shifts: Self.shifts(start, end, day: "Sunday"))]
        #expect(Self.outcome(schedule, at: try RFC3339.time(moment)) == (isOn ? .matches : .outsideSchedule))
    }
}
