import Testing

@testable import Access

@Suite("Texts that the operator configures")
struct TemplateTests {
    private func rendered(_ text: String, _ values: [String: String] = ["user": "dave", "reason": ""]) throws -> String {
        try Template(text, fields: ["user", "reason"]).rendered { values[$0] ?? "" }
    }

    @Test("Fields are filled in, and parts whose field is empty are left out")
    func rendering() throws {
        #expect(try rendered("by {{user}}, {{ user }}!") == "by dave, dave!")
        #expect(try rendered("{{#reason}}because {{reason}}{{/reason}}x{{#user}}[{{user}}]{{/user}}") == "x[dave]")
        #expect(try rendered("{{#user}}a{{#reason}}b{{/reason}}c{{/user}}") == "ac")
        #expect(try rendered("plain } text {") == "plain } text {")
        #expect(try rendered("{{user}}", ["user": "{{reason}}", "reason": "no"]) == "{{reason}}")
    }

    @Test(
        "A text that is no template is refused with what to do",
        arguments: [
            ("{{usr}}", "Did you mean {{user}}?"), ("{{user", "{{ without }}"), ("{{#user}}x", "does not close it"),
            ("{{/user}}", "is not open there"), ("{{#user}}x{{/reason}}", "is not open there"), ("{{}}", "is no field"),
            (String(repeating: "{{#user}}", count: 9), "nested too deep"),
            (String(repeating: "x", count: 3000), "are the most"),
        ])
    func faults(text: String, words: String) {
        do {
            _ = try Template(text, fields: ["user", "reason"])
            Issue.record("it was taken")
        } catch {
            #expect("\(error)".contains(words), "\(error)")
        }
    }

    @Test("What people wrote stays inert in title and text")
    func inert() throws {
        var messages = Messages()
        messages.title = try Template("For {{user}}", fields: Messages.requestFields)
        messages.text = try Template("**{{user}}** says {{reason}}", fields: Messages.requestFields)
        let subject = Subject(
            requestID: try #require(RequestID("r-1")), user: "[x](http://evil) @all", roles: [], reason: "`@channel`\n# big")
        var card = Card(subject, status: .pending)
        messages.apply(to: &card, subject)
        #expect(card.title == "For xhttp://evil @\u{200B}all")
        #expect(card.text == "**`[x](http://evil) @all`** says `’@channel’`\n`# big`")
    }

    @Test("A value cannot close markup that the template opened")
    func breakingOut() throws {
        var messages = Messages()
        messages.text = try Template("**{{user}}**", fields: Messages.requestFields)
        let subject = Subject(requestID: try #require(RequestID("r-1")), user: "x** @all", roles: [], reason: "")
        var card = Card(subject, status: .pending)
        messages.apply(to: &card, subject)
        #expect(card.text == "**`x\u{2217}\u{2217} @all`**")
    }

    @Test("No rendered text is cut: if there are many values, each is shortened")
    func fitting() throws {
        var messages = Messages()
        messages.text = try Template(String(repeating: "{{reason}} ", count: 8), fields: Messages.requestFields)
        let reason = String(repeating: "é", count: 1000)
        let subject = Subject(requestID: try #require(RequestID("r-1")), user: "u", roles: [], reason: reason)
        var card = Card(subject, status: .pending)
        messages.apply(to: &card, subject)
        let text = try #require(card.text)
        #expect(text.unicodeScalars.count <= 900 && text.unicodeScalars.filter { $0 == "`" }.count == 16)
    }

    @Test("Templates may name the cluster")
    func cluster() throws {
        var messages = Messages()
        messages.title = try Template("{{user}}{{#cluster}} on {{cluster}}{{/cluster}}", fields: Messages.requestFields)
        let subject = Subject(requestID: try #require(RequestID("r-1")), user: "dave", roles: [], reason: "")
        var card = Card(subject, status: .pending)
        messages.apply(to: &card, subject, cluster: "example.com")
        #expect(card.title == "dave on example.com")
        messages.apply(to: &card, subject, cluster: nil)
        #expect(card.title == "dave")
    }

    @Test("The operator's own answer may contain the plugin's answer")
    func answers() throws {
        var messages = Messages()
        messages.answers[.ownRequest] = try Template("{{person}}: {{answer}} ({{roles}})", fields: Messages.answerFields)
        let subject = Subject(requestID: try #require(RequestID("r-1")), user: "dave", roles: ["dba"], reason: "")
        #expect(messages.words(.ownRequest, "No.", nil, subject, person: "dave") == "@dave: No. (`dba`)")
        #expect(messages.words(.denied, "No.", nil, subject, person: "dave") == "No.")
    }
}
