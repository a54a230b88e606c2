import Access
import Testing

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
        #expect(approvals.method == .review && approvals.confirm == .approve && approvals.hasDialogs)
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

    @Test("An audit output is log or a file", arguments: ["stderr", "audit.log"])
    func output(_ value: String) {
        #expect(
            problems(changed(.auditOutput, to: "output = \"\(value)\"")).first?.contains("neither \"log\" nor a file") == true)
    }
}
