import Access
import ActionCrypto
import Foundation
import TestSupport
import Testing

/// Checks that `docs/security.md` describes what the code does.
@Suite("docs/security.md") struct SecurityDocumentTests {
    private static let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()

    private struct Vector: Decodable {
        var secret: String
        var context: [String: String]
        var message: String
    }

    private func document() throws -> String {
        try String(contentsOf: Self.root.appending(path: "docs/security.md"), encoding: .utf8)
    }

    private func vectors() throws -> [Vector] {
        try document().components(separatedBy: "```json\n").dropFirst().map { block in
            let json = block.components(separatedBy: "\n```")[0]
            return try JSONDecoder().decode(Vector.self, from: Data(json.utf8))
        }
    }

    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }

    @Test("The documented vectors are what the plugin signs and verifies")
    func vectorsHold() throws {
        let vectors = try vectors()
        #expect(vectors.count == 3)
        for vector in vectors {
            let signer = try ActionSigner(secret: Secret(Array(vector.secret.utf8)), acceptsLegacy: true)
            var context = ActionContext()
            for key in ActionContext.Key.allCases { context[keyPath: key.field] = vector.context[key.rawValue] ?? "" }
            let action = try signer.verify(context, cluster: context.cluster, at: Timestamp(milliseconds: 0)).get()
            guard let binding = action.binding else { continue }
            let signed = try signer.sign(
                action.decision, requestID: action.requestID, cluster: binding.cluster, channelID: binding.channelID,
                recipient: binding.recipient, issued: binding.issued, expires: binding.expires)
            #expect(signed.fields == vector.context)
        }
        #expect(vectors.filter { $0.context["v"] == ActionSigner.version }.count == 2)
    }

    @Test("The documented vectors are what openssl computes over the documented encoding")
    func vectorsAreOpenSSLs() throws {
        for vector in try vectors() {
            let message: [UInt8]
            if vector.context["v"] == nil {
                message = Array("\(vector.context["action"] ?? "")/\(vector.context["req_id"] ?? "")".utf8)
            } else {
                message = ["v", "kid", "cluster", "req_id", "action", "channel", "recipient", "iat", "exp"].flatMap { name in
                    let field = Array((vector.context[name] ?? "").utf8)
                    return withUnsafeBytes(of: UInt32(field.count).bigEndian, Array.init) + field
                }
            }
            #expect(message == bytes(vector.message))
            let tag = try openssl(vector.secret, over: message)
            let signature = vector.context["signature"]
            let base64 = Data(bytes(tag)).base64EncodedString()
            let base64url = base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            #expect(signature == (vector.context["v"] == nil ? base64 : base64url))
            let label = try openssl(vector.secret, over: Array("teleport-mattermost key id".utf8))
            #expect(vector.context["kid"].map { $0 == label.prefix(8) } ?? true)
        }
    }

    /// Returns the HMAC-SHA256 that the `openssl` command computes, in hexadecimal.
    private func openssl(_ secret: String, over message: [UInt8]) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "message-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(message).write(to: file)
        let key = secret.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let words = try Certificates.run(
            "/usr/bin/openssl", ["mac", "-digest", "SHA256", "-macopt", "hexkey:\(key)", "-in", file.path, "HMAC"])
        return words.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
    }

    @Test("Every test that the table of threats names exists")
    func namedTestsExist() async throws {
        let table = try #require(document().components(separatedBy: "\n## Threats\n").last)
        let named = table.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2).map { row in
            row.split(separator: "|").last.map(String.init) ?? ""
        }
        #expect(named.count >= 11)
        let sources = try await sources()
        for cell in named {
            await Task.yield()
            let tests = cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
            #expect(!tests.isEmpty, "\(cell)")
            for test in tests { #expect(sources.contains("@Test(\"\(test)\""), "\(test)") }
        }
    }

    /// The text of all test files, with each test's name on the line of its `@Test(`.
    private func sources() async throws -> String {
        let files = FileManager.default.enumerator(at: Self.root.appending(path: "Tests"), includingPropertiesForKeys: nil)
        var text = ""
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            // Tests with time limits run beside this one.
            await Task.yield()
            text += try String(contentsOf: file, encoding: .utf8).replacing(#/@Test\(\s+"/#, with: "@Test(\"")
        }
        return text
    }
}
