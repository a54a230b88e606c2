import Testing

@testable import Access

@Suite("The recipients that the configuration names")
struct RecipientTests {
    @Test(
        "A recipient is a channel or an address",
        arguments: [
            ("team/channel", "team/channel"), ("myteam/Town Square", "myteam/Town Square"),
            (" team / channel ", "team/channel"),
            ("team/a/b", "team/a/b"), ("First.Last@Example.com", "first.last@example.com"),
            ("a+b@example.com", "a+b@example.com"),
        ])
    func taken(text: String, shown: String) {
        #expect(Recipient(text)?.description == shown)
    }

    @Test(
        "A text that is neither a channel nor an address is refused",
        arguments: ["", "channel", "/channel", "team/", "@user", "a@", "a b@example.com", "a@b@c"])
    func refused(text: String) {
        #expect(Recipient(text) == nil)
    }

    @Test("Roles add their recipients, each once; a role without an entry has the recipients of *")
    func union() throws {
        let (all, dba) = (try #require(Recipient("all/all")), try #require(Recipient("dba/dba")))
        let (leads, rest) = (try #require(Recipient("dba/leads")), try #require(Recipient("rest/rest")))
        let rules = RecipientRules(always: [all], roles: ["dba": [dba, leads], "lead": [leads, all], "*": [rest]])
        #expect(rules.recipients(ofRoles: ["dba"]) == [all, dba, leads])
        #expect(rules.recipients(ofRoles: ["dba", "lead"]) == [all, dba, leads])
        #expect(rules.recipients(ofRoles: ["dba", "editor"]) == [all, dba, leads, rest])
        #expect(rules.recipients(ofRoles: []) == [all])
        #expect(RecipientRules(always: [], roles: ["dba": [dba]]).recipients(ofRoles: ["editor"]).isEmpty)
        #expect(Set(rules.all) == [all, dba, leads, rest])
    }
}
