import TestSupport
import Testing

@testable import Access

@Suite("Templates with hostile values", .timeLimit(.minutes(1)))
struct MessagesTests {
    private static let markup = [
        "`", "*", "**", "_", "~~", "[", "](http://e)", "<", ">", "@", "#", "|", "$", "\\", "http://e/", "\n", ":",
    ]

    @Test(
        "No value breaks out of its code span in an accepted template",
        arguments: [
            "{{user}} {{reason}}", "**{{user}}** says _{{reason}}_", "[{{user}}](https://w/) ~~{{reason}}~~ {{resources}}",
            "> {{reason}}\n\n- {{resources}}", "Costs $5: {{reason}} | {{user}}", "`tsh` {{user}} ``a`b`` {{reason}}",
            "{{#user}}*{{/user}}{{reason}}{{#reason}}*{{/reason}}", "{{link}} {{reason}} ({{user}}) [{{resources}}]",
        ])
    func taken(text: String) throws {
        let template = try Template(text, fields: Leak.fields)
        try Messages.check(template, in: .text)
        var random = SplitMix64(seed: 7)
        let invisible = ["\u{301}", "\u{FE0F}", "\u{200D}", "\u{200B}", "\u{3000}", "\u{0D4E}", "\u{FFFD}", " ", "a"]
        for _ in 0..<300 {
            let values = (0..<3).map { _ in
                (0..<Int.random(in: 1...12, using: &random)).map { _ in
                    (Self.markup + invisible).randomElement(using: &random) ?? ""
                }.joined()
            }
            for place in [Messages.Place.text, .answer] { Leak.look(for: template, in: place, values: values) }
        }
    }

    @Test(
        "Templates that reach into the code span of a field are refused, and the error says what to do",
        arguments: [
            ("`by {{user}}`", "remove the `"), ("Don`t {{user}}", "remove the `"), ("{{user}}`", "remove the `"),
            ("```\n{{reason}}\n```", "remove the `"), ("\\`{{user}}", "remove the `"), ("\\{{user}}", "Remove it"),
            ("https://wiki/{{user}}", "Put a space between"), ("www.{{user}}", "Put a space between"),
            ("{{link}}{{user}}", "Put a space between"), ("[x]({{user}})", "inside of a link"),
            ("<{{user}}>", "inside of a link"),
            ("| a |\n|---|\n| {{user}} |", "a table"), ("[x]: {{user}}", "a table or a link's definition"),
            ("{{#user}}`{{/user}}{{reason}}", "remove the `"), (String(repeating: "x", count: 950), "Shorten it"),
            (String(repeating: "{{reason}}", count: 60), "Shorten it"),
        ])
    func refused(text: String, mend: String) throws {
        let template = try Template(text, fields: Leak.fields)
        do {
            try Messages.check(template, in: .text)
            Issue.record("it was taken")
        } catch {
            #expect(error.words.contains(mend), "\(error.words)")
        }
    }

    @Test("The tests' Markdown reader finds text that breaks out of a code span")
    func reader() {
        #expect(MarkdownReader.outside("`LEAK`").trimmed == "")
        #expect(MarkdownReader.outside("**`x** LEAK`**").contains("LEAK"))
        #expect(MarkdownReader.outside("[`x](http://e) LEAK`](http://w)").contains("LEAK"))
        #expect(MarkdownReader.outside("a ` b `LEAK`").contains("LEAK"))
        #expect(MarkdownReader.outside("http://w/`LEAK`").contains("LEAK"))
        #expect(!MarkdownReader.outside("``a`b`` `LEAK`\n`LEAK`").contains("LEAK"))
    }
}

extension String {
    fileprivate var trimmed: String { filter { !$0.isWhitespace } }
}
