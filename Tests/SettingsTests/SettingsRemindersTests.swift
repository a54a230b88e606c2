import Access
import Testing

@testable import Settings

@Suite("The steps of the reminders in the configuration")
struct SettingsRemindersTests {
    private static let header = "[[reminders.steps]]"

    @Test("Steps are taken beside the older key, as headers or inline, and their recipients count as recipients")
    func steps() throws {
        let lines = [
            "[reminders]", #"before_expiry = "10m""#, Self.header, #"after = "15m""#,
            #"recipients = ["eng/on-call", "boss@example.com"]"#, Self.header, #"after = "15m""#,
        ]
        let settings = try parse(goodLines + lines)
        let recipients = ["eng/on-call", "boss@example.com"].compactMap { Recipient($0) }
        #expect(
            settings.reminders.steps == [
                ReminderStep(.beforeExpiry(.seconds(600))), ReminderStep(.after(.seconds(900)), recipients: recipients),
                ReminderStep(.after(.seconds(900))),
            ])
        #expect(settings.mattermost.recipients.escalations == [settings.reminders.steps[1]])
        #expect(settings.mattermost.recipients.all.suffix(2) == recipients[...])
        let inline = try parse(goodLines + ["[reminders]", #"steps = [{after = "1h"}, {before_expiry = "5m"}]"#])
        #expect(
            inline.reminders.steps == [ReminderStep(.after(.seconds(3600))), ReminderStep(.beforeExpiry(.seconds(300)))])
        #expect(try parse(goodLines).reminders.steps.isEmpty)
    }

    @Test(
        "Steps that cannot be meant are refused, each with its line and what to do",
        arguments: [
            (
                [header],
                "29: [[reminders.steps]]: does not say when it is due. Write after = \"15m\" or before_expiry = \"10m\"."
            ),
            (
                [header, #"after = "1m""#, #"before_expiry = "1m""#],
                "29: [[reminders.steps]]: has both after and before_expiry. Make it two steps, or remove one of the keys."
            ),
            (
                [header, #"after = "0s""#],
                "30: [[reminders.steps]] after: \"0s\" is no time from 1s to 24h. Write it as 30s, 1m or 1h30m."
            ),
            ([header, "after = 15"], "30: [[reminders.steps]] after: is an integer, not a string. Write it as \"15m\"."),
            ([header, #"aftr = "15m""#], "30: [[reminders.steps]] aftr: is no key of a step. Did you mean after?"),
            (
                [header, #"after = "1m""#, "recipients = []"],
                "31: [[reminders.steps]] recipients: names nobody. Name a recipient, or remove the line for a reply in the threads."
            ),
            (
                [header, #"after = "1m""#, #"recipients = ["x"]"#],
                "31: [[reminders.steps]] recipients: \"x\" is neither \"team/channel\" nor \"name@example.com\". Write one of the two."
            ),
            (
                [header, #"after = "1m""#, #"recipients = ["team-name/channel-name"]"#],
                "31: [[reminders.steps]] recipients: \"team-name/channel-name\" is told of every request at once. Remove it here or "
                    + "in [mattermost] recipients."
            ),
            (
                [header, #"after = "1m""#, #"recipients = ["a/b", "a/b"]"#],
                "31: [[reminders.steps]] recipients: \"a/b\" stands there twice. Remove one."
            ),
            (
                [header, #"after = "1m""#, header, #"after = "60s""#],
                "31: [[reminders.steps]]: is due at the same time as another step with a reply. Remove one."
            ),
            (
                ["[reminders]", #"before_expiry = "1m""#, header, #"before_expiry = "1m""#],
                "31: [[reminders.steps]]: is due at the same time as another step with a reply. Remove one."
            ),
            (
                ["[reminders.steps]", #"after = "1m""#],
                "29: reminders.steps: is a table, not a list. Write [[reminders.steps]]."
            ),
            (["[reminders]", "steps = [1]"], "30: reminders.steps: has an integer in it. Write [[reminders.steps]]."),
        ])
    func refused(_ lines: [String], _ problem: String) {
        #expect(problems(goodLines + lines) == [problem])
    }

    @Test("There may be twenty steps")
    func many() {
        let lines = (1...21).flatMap { [Self.header, "after = \"\($0)m\""] }
        #expect(problems(goodLines + lines).count == 1)
        #expect(problems(goodLines + lines).first?.contains("is one step too many: 20 are the most.") == true)
    }
}
