import Access
import Testing
import Watcher

@testable import Settings

@Suite("The settings of approvals")
struct SettingsApprovalsTests {
    @Test("Approvers are user names, addresses and channels; roles and users are tables of the operator's names")
    func all() throws {
        let approvals = try parse(
            goodLines + [
                #"approvers = ["@Ana", "Pia@Example.com", "acme/leads"]"#, "allow_guests = true",
                "[approvals.roles]", #"dba = ["@carol"]"#, #""db.admin" = ["acme/dba"]"#, "[approvals.users]",
                #"ana = "ana.lopez""#, #""@b.ob" = "bob""#,
            ]
        ).approvals
        #expect(
            approvals.policy.approvers == [
                .username("ana"), .email("pia@example.com"), .channel(.init(team: "acme", channel: "leads")),
            ])
        #expect(
            approvals.policy.roles == [
                "dba": [.username("carol")], "db.admin": [.channel(.init(team: "acme", channel: "dba"))],
            ])
        #expect(approvals.policy.users == ["ana": "ana.lopez", "b.ob": "bob"])
        #expect(approvals.askReason == .onDeny)
        #expect(approvals.method == .review && approvals.reviewsAsPlugin)
        #expect(approvals.confirm == .approve && approvals.hasDialogs)
        #expect(approvals.policy.allowsGuests && !approvals.policy.allowsSelf)
    }

    @Test("All impossible values are reported at once, each with its line and what to do")
    func problemsTogether() {
        let first = goodLines.count
        let found = problems(
            goodLines + [
                #"approvers = ["ana", "@", "a@b@c", "Acme Team/x"]"#, "allow_self = 1", "[approvals.roles]",
                #"dba = "@carol""#, "dbb = []", #"dbc = ["carol"]"#, "db.admin = [\"@carol\"]", "[approvals.users]",
                "ana = 1", #"bob = """#, #""no name" = "x""#,
            ])
        #expect(found.filter { $0.hasPrefix("\(first + 1): [approvals] approvers: ") }.count == 4)
        let lines = found.filter { !$0.hasPrefix("\(first + 1):") }
        #expect(lines.map { $0.prefix { $0 != " " } } == [2, 4, 5, 6, 7, 9, 10, 11].map { "\(first + $0):" }, "\(found)")
        #expect(lines.contains { $0.contains("[approvals.roles] dbb: names nobody.") })
        #expect(lines.contains { $0.contains("[approvals.roles] db: is a table, not an array of strings.") })
    }

    @Test("allow_self and a log that hides the audit are warned of")
    func warnings() throws {
        #expect(try parse(goodLines + ["allow_self = true"]).warnings.count == 1)
        let quiet = changed("severity", to: "severity = \"WARN\"")
        #expect(try parse(quiet).warnings.isEmpty)
        #expect(
            try parse(quiet.filter { !$0.hasPrefix("output = \"/audit") }).warnings.first?.message.contains("[audit] output")
                == true)
    }

    @Test("Reviews that nobody could submit are warned of, and the plugin does not review as itself unless it is told to")
    func reviews() throws {
        let unsaid = changed("review_as_plugin", to: nil)
        #expect(try !parse(unsaid).approvals.reviewsAsPlugin)
        #expect(try parse(unsaid).warnings.first?.message.contains("set review_as_plugin = true") == true)
        let named = ["[approvals.users]", #"ana = "ana.t""#]
        #expect(try parse(unsaid + named).warnings.isEmpty)
        #expect(
            try parse(unsaid + named).teleport.clicks.reviewForUsers && !parse(goodLines + named).teleport.clicks.reviewForUsers
        )
        #expect(try !parse(unsaid).teleport.clicks.reviewForUsers && !parse(unsaid).teleport.clicks.decide)
        #expect(try parse(unsaid + ["buttons = false"]).warnings.isEmpty)
        #expect(try parse(goodLines).warnings.isEmpty)
    }

    @Test("A trait and an address tell who is who, the address never beside the trait")
    func identity() throws {
        let unsaid = changed("review_as_plugin", to: nil)
        let trait = try parse(unsaid + [#"user_trait = "mattermost_id""#])
        #expect(trait.approvals.policy.userTrait == "mattermost_id" && trait.warnings.isEmpty)
        #expect(trait.teleport.clicks.findUsersByTrait && trait.teleport.clicks.reviewForUsers)
        let address = try parse(unsaid + ["email_is_user = true"])
        #expect(address.approvals.policy.emailIsUser && !address.teleport.clicks.findUsersByTrait)
        #expect(address.warnings.map(\.message).contains { $0.contains("can review as its Teleport user. Set user_trait") })
        let both = try parse(unsaid + [#"user_trait = "mattermost_id""#, "email_is_user = true"])
        #expect(both.warnings.map(\.message).contains { $0.contains("email_is_user has no effect beside user_trait") })
        let words = #"28: [approvals] user_trait: "a b" is no name of a trait. "#
        let mend = "Write it as tctl get users shows it, such as mattermost_id."
        #expect(problems(unsaid + [#"user_trait = "a b""#]) == [words + mend])
    }

    @Test(
        "A new request is held back for up to a minute",
        arguments: [("0s", 0), ("3s", 3), ("1m", 60), ("61s", nil), ("3", nil)])
    func delay(_ value: String, _ seconds: Int?) throws {
        let lines = goodLines + ["[posting]", "delay = \"\(value)\""]
        guard let seconds else {
            #expect(problems(lines).first?.contains("no time from 0s to 1m. Write it as 3s.") == true)
            return
        }
        #expect(try parse(lines).posting.delay == .seconds(seconds))
    }

    @Test("An audit output is log or a file", arguments: ["stderr", "audit.log"])
    func output(_ value: String) {
        #expect(
            problems(changed(.auditOutput, to: "output = \"\(value)\"")).first?.contains("neither \"log\" nor a file") == true)
    }
}
