import Access
import Foundation
import Testing

@testable import Settings

@Suite("The signing settings") struct SettingsSigningTests {
    static let previous = "previous_secrets = [\"OLDERsecretOLDERsecret\", 'OLDESTsecretOLDESTsecret']"

    /// Returns the good file with more lines after the line of the secret.
    private func lines(_ more: String...) -> [String] {
        goodLines.flatMap { $0.hasPrefix("secret =") ? [$0] + more : [$0] }
    }

    @Test("By default there is no previous secret, and the original's buttons do not work")
    func defaults() throws {
        let settings = try parse(goodLines).mattermost
        #expect(settings.previousSecrets.isEmpty)
        #expect(!settings.acceptsLegacySignatures)
    }

    @Test("Previous secrets are taken in their order, and from files too")
    func previous() throws {
        let texts = try parse(lines(Self.previous)).mattermost.previousSecrets.map { $0.reveal() }
        #expect(texts == [Array("OLDERsecretOLDERsecret".utf8), Array("OLDESTsecretOLDESTsecret".utf8)])
        try withFolder { folder in
            let file = folder.appending(path: "old").path
            try Data("OLDERsecretOLDERsecret\n".utf8).write(to: URL(filePath: file))
            let settings = try parse(lines("previous_secrets = [\n  \"\(file)\",\n]"))
            #expect(settings.mattermost.previousSecrets.map { $0.reveal() } == [Array("OLDERsecretOLDERsecret".utf8)])
            #expect(settings.warnings.isEmpty)
        }
    }

    @Test("A described previous secret shows nothing")
    func redacted() throws {
        let settings = try parse(lines(Self.previous))
        var text = "\(settings)"
        dump(settings, to: &text)
        #expect(!text.contains("OLDERsecret") && text.contains("previousSecrets"))
    }

    @Test(
        "Impossible previous secrets are refused with their entry and what to do",
        arguments: [
            ("[\"\"]", "entry 1 is empty. Remove it."),
            ("[\"OLDERsecretOLDERsecret\", \"short\"]", "entry 2 has 5 bytes; 16 are the least. Remove it."),
            ("[\"/nowhere/at/all\"]", "entry 1 the file /nowhere/at/all does not exist. Put the value into the file, "),
            ("\"OLDERsecretOLDERsecret\"", "is a string, not an array of strings. Write [\"…\", \"…\"]."),
            ("[1]", "is an array of other things than strings, not an array of strings. Write [\"…\", \"…\"]."),
            ("true", "is a boolean, not an array of strings. Write [\"…\", \"…\"]."),
            (
                "[\(Array(repeating: "'OLDERsecretOLDERsecret'", count: 9).joined(separator: ","))]",
                "has 9 entries; 8 are the most."
            ),
        ])
    func refused(value: String, words: String) {
        let found = problems(lines("previous_secrets = \(value)"))
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("12: [mattermost] previous_secrets: \(words)") == true, "\(found)")
        #expect(!found.joined().contains("OLDER"))
    }

    @Test("A previous secret that is the present one, or is there twice, is warned of")
    func warned() throws {
        let same = try parse(lines("previous_secrets = [\"SECRETsecretSECRETsecret\"]")).warnings
        #expect(
            same.map(\.message) == [
                "[mattermost] previous_secrets: entry 1 is the present secret. Remove it, or give secret a new value."
            ])
        let twice = try parse(lines("previous_secrets = ['OLDERsecretOLDERsecret', 'OLDERsecretOLDERsecret']")).warnings
        #expect(twice.map(\.message) == ["[mattermost] previous_secrets: entry 2 stands there twice. Remove it."])
        #expect(try parse(lines(Self.previous)).warnings.isEmpty)
    }

    @Test("The original's buttons are switched on by true alone, with a warning")
    func legacy() throws {
        let settings = try parse(lines("accept_legacy_signatures = true"))
        #expect(settings.mattermost.acceptsLegacySignatures)
        #expect(settings.warnings.count == 1)
        #expect(settings.warnings.first?.message.contains("accept_legacy_signatures") == true)
        let found = problems(lines("accept_legacy_signatures = \"true\""))
        #expect(found == ["12: [mattermost] accept_legacy_signatures: is a string. Write true or false, without quotes."])
    }

    @Test("A proof of who clicked is required unless that is switched off, which is warned of")
    func proof() throws {
        #expect(try parse(goodLines).approvals.requiresClickerProof)
        let settings = try parse(goodLines + ["require_clicker_proof = false"])
        #expect(!settings.approvals.requiresClickerProof)
        #expect(settings.warnings.count == 1)
        #expect(settings.warnings.first?.message.hasPrefix("[approvals] require_clicker_proof is false") == true)
        let found = problems(goodLines + ["require_clicker_proof = 0"])
        #expect(
            found == [
                "\(goodLines.count + 1): [approvals] require_clicker_proof: is an integer. Write true or false, without quotes."
            ])
    }

    @Test("A syntax error on a line of the array shows nothing of a secret")
    func syntax() {
        for line in ["\"OLDERsecretOLDERsecret", "'OLDERsecret", "OLDERsecret"] {
            #expect(!problems(lines("previous_secrets = [\n\(line)\n]")).joined().contains("OLDER"))
        }
    }
}
