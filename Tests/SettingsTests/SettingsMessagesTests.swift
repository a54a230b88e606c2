import Access
import Testing

@testable import Settings

@Suite("The settings of messages")
struct SettingsMessagesTests {
    @Test("Templates of the configuration are checked with their line")
    func settings() throws {
        let messages = try parse(
            goodLines + ["[messages]", #"title = "By {{user}}""#, #"own_request = "{{answer}} Ask in ~on-call, {{person}}.""#]
        ).messages
        #expect(messages.title != nil && messages.text == nil && messages.answers.count == 1)
        let found = problems(goodLines + ["[messages]", #"text = "{{answer}}""#])
        #expect(found.count == 1 && found[0].contains("[messages] text: has {{answer}}, which is no field."), "\(found)")
    }

    @Test("A template that reaches into a value's code span, or is too long, is refused with what to do")
    func refused() {
        let found = problems(goodLines + ["[messages]", #"text = "`by {{user}}`""#])
        #expect(found.count == 1 && found[0].contains("remove the `"), "\(found)")
        let long = problems(goodLines + ["[messages]", "title = \"\(String(repeating: "x", count: 400))\""])
        #expect(long.count == 1 && long[0].contains("Shorten it"), "\(long)")
    }

    @Test("The time zone and the cluster are settings; an unknown time zone is reported with what to do")
    func zone() throws {
        let settings = try parse(goodLines + ["[messages]", #"timezone = "Europe/Berlin""#, "show_cluster = true"]).messages
        #expect(settings.showsCluster)
        #expect(settings.zone.minute(Timestamp(milliseconds: 1_795_212_453_332)) == "2026-11-20 23:07 CET")
        #expect(try parse(goodLines).messages.zone == .utc)
        let wrong = [
            ("Europe/Berln", "Did you mean \"Europe/Berlin\"?"), ("europe/berlin", "\"Europe/Berlin\"?"),
            ("Berlin", "\"Europe/Berlin\"?"), ("../../etc/passwd", "is no name of a time zone"), ("/etc/passwd", "is no name"),
            ("Europe//Berlin", "is no name"), ("Europe", "is a directory"), ("zone.tab", "is no name"),
            ("Nowhere/At_All", "tzdata"),
        ]
        for (name, words) in wrong {
            let found = problems(goodLines + ["[messages]", "timezone = \"\(name)\""])
            #expect(found.count == 1 && found[0].contains(words), "\(found)")
        }
        #expect(throws: SettingFault.self) { try ZoneFile(folder: "/nonexistent").clock("Europe/Berlin") }
        do { _ = try ZoneFile(folder: "/nonexistent").clock("Europe/Berlin") } catch {
            #expect(error.message.contains("tzdata"))
        }
        #expect(try ZoneFile(folder: "/nonexistent").clock("UTC") == .utc)
    }
}
