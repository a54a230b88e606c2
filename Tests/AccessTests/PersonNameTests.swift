import Testing

@testable import Access

@Suite("Names that are the same person's")
struct PersonNameTests {
    @Test(
        "Capitals, composed letters, full-width letters and characters that nobody sees make no other person",
        arguments: [
            ("Dave", "dAVE"), ("jos\u{E9}", "JOSE\u{301}"), ("\u{FF44}\u{FF41}\u{FF56}\u{FF45}", "dave"),
            ("da\u{200B}ve", "dave"), ("\u{FEFF}dave", "dave"), ("stra\u{DF}e", "STRASSE"), ("\u{17F}am", "sam"),
            ("\u{3C3}\u{3C2}", "\u{3A3}\u{3A3}"), ("\u{212A}im", "kim"),
        ])
    func same(_ one: String, _ other: String) throws {
        #expect(ApprovalPolicy.isSame(one, other))
        let request = try ApprovalPolicyTests.request(user: one, ["editor"])
        let clicker = ApprovalPolicy.Clicker(user: .named(other, email: "x@example.com"))
        #expect(ApprovalPolicyTests.outcome(.approve, request, clicker, .init()) == .own)
    }

    @Test("Where a name can be written in several ways, nobody approves whom the configuration does not know")
    func unclear() throws {
        let request = try ApprovalPolicyTests.request(user: "\u{1D41D}ave", ["editor"])
        let bob = ApprovalPolicy.Clicker(user: .named("bob", email: "b@example.com"))
        #expect(ApprovalPolicyTests.outcome(.approve, request, bob, .init()) == .hidden)
        #expect(ApprovalPolicyTests.outcome(.deny, request, bob, .init()) == .allowed)
        var policy = ApprovalPolicy()
        policy.users = ["dave": "\u{1D41D}ave"]
        #expect(ApprovalPolicyTests.outcome(.approve, request, bob, policy) == .allowed)
        #expect(ApprovalPolicy.isSame("zo\u{EB}", "zoe") == false)
    }
}
