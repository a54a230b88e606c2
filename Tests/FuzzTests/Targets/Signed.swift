import Access
import Foundation

@testable import ActionCrypto

/// Checks that only signed contexts are accepted as genuine. The input is the fields of a context, one on each line.
func fuzzSignatures(_ input: UnsafeRawBufferPointer) {
    let lines = String(decoding: input, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    var context = ActionContext()
    for (key, line) in zip(ActionContext.Key.allCases, lines) { context[keyPath: key.field] = String(line) }
    switch Signed.signer.verify(context, cluster: Signed.cluster, at: Signed.now) {
    case .success, .failure(.expired), .failure(.wrongCluster):
        must(Signed.contexts.contains { bytes(of: $0) == bytes(of: context) }, "a forged context is called genuine")
    case .failure: break
    }
    for form in [Base64.url, .standard] {
        guard let bytes = form.decode(context.signature.utf8, limit: 256) else { continue }
        must(form.encode(bytes) == context.signature, "there are two ways of writing a signature")
    }
}

/// Checks that no dialog's state opens but the one that was sealed, and that a ticket that was read is written back with the
/// same content.
func fuzzStates(_ input: UnsafeRawBufferPointer) {
    let text = String(decoding: input, as: UTF8.self)
    if let ticket = Signed.signer.open(text) {
        must(ticket.message == Signed.ticket.message && text.utf8.elementsEqual(Signed.state.utf8), "a forged state opens")
    }
    if let ticket = DialogTicket(message: Array(input)) {
        must(DialogTicket(message: ticket.message)?.message == ticket.message, "a ticket does not come back")
    }
}

/// Checks that only a trigger id that Mattermost signed proves who clicked.
func fuzzTriggers(_ input: UnsafeRawBufferPointer) {
    let text = String(decoding: input, as: UTF8.self)
    _ = try? ClickerKey(text)
    guard let key = try? ClickerKey(Recorded.key), let proof = TriggerID(text)?.proof(under: key) else { return }
    let real = TriggerID(Recorded.trigger)?.proof(under: key)
    must(proof == real && text.utf8.elementsEqual(Recorded.trigger.utf8), "a forged trigger_id proves something")
}

func bytes(of context: ActionContext) -> [UInt8] {
    Array(ActionContext.Key.allCases.map { context[keyPath: $0.field] }.joined(separator: "\n").utf8)
}

/// Genuine contexts and states. They are made with a fixed secret at a fixed time, so that a stored corpus can contain them.
enum Signed {
    static let cluster = "teleport.example.com"
    static let now = Timestamp(milliseconds: 1_800_000_000_000)
    static let signer = known {
        try ActionSigner(
            secret: Secret(Array("0123456789abcdef0123456789abcdef".utf8)),
            previous: [Secret(Array("a previous secret of the fuzzer".utf8))], acceptsLegacy: true)
    }
    private static let request = known { try found(RequestID("305dc2e2-6700-485c-a62a-74712b40900e")) }

    static let contexts: [ActionContext] = known {
        var all: [ActionContext] = []
        for (decision, cluster, life) in [
            (Decision.approve, cluster, 60), (.deny, cluster, 60), (.approve, cluster, -60), (.approve, "other", 60),
        ] {
            all.append(
                try signer.sign(
                    decision, requestID: request, cluster: cluster, channelID: "dpygwdyjubydfne5nshbuea4ga",
                    recipient: "acme/access-requests", issued: now.advanced(by: .seconds(-120)),
                    expires: now.advanced(by: .seconds(life))))
        }
        var legacy = ActionContext(action: "approve", requestID: request.rawValue)
        legacy.signature = Base64.standard.encode(
            try signer.signingKey.hmac.authenticate(legacy.withLegacyMessage { Array($0) }))
        return all + [legacy]
    }

    static let ticket = DialogTicket(
        requestID: request, decision: .deny, userID: "u1rjwgkwtn6jpnnsgbgubh8pzz", channelID: "dpygwdyjubydfne5nshbuea4ga",
        postID: "p1rjwgkwtn6jpnnsgbgubh8pzz", cluster: cluster, issued: now, trigger: Secret("trigger"))
    static let state = known { try signer.seal(ticket) }
}

/// A real click, and the key of the server that sent it.
enum Recorded {
    static let key = known { try field("AsymmetricSigningPublicKey", of: "client_config") }
    static let trigger = known { try field("trigger_id", of: "callback_button_click") }

    private static func field(_ key: String, of file: String) throws -> String {
        let text = try String(contentsOf: fixtures.appending(path: "mattermost-5.37/\(file).json"), encoding: .utf8)
        return try String(found(text.split(separator: "\"\(key)\": \"", maxSplits: 1).last).prefix { $0 != "\"" })
    }
}

let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

struct Missing: Error {}

func found<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}

/// Makes a value that the targets need. Ends the process if that fails, because no target can run without it.
func known<Value>(_ make: () throws -> Value) -> Value {
    do { return try make() } catch { fatalError("the targets' own values: \(error)") }
}
