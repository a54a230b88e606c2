import ActionCrypto
import COpenSSL
import Foundation
import NIOHTTP1
import TestSupport
import Testing
import TriggerSigning

@testable import Sandbox

@Suite("The sandbox's callbacks")
struct MattermostCallbackTests {
    @Test(
        "A click's body is the recorded one, byte for byte",
        arguments: [
            ("callback_button_click", 530), ("callback_button_click_signed_context", 597),
        ])
    func body(name: String, length: Int) throws {
        let recorded = try RecordedExchange(name)
        var state = try ChatState.recorded()
        _ = try state.create("post_click_source")
        var click = try state.click("approve", on: state.posts[0].id, by: state.alice.id)
        click.post.id = recorded.text("post_id")
        click.context = recorded.body["context"] ?? .null
        let body = click.body(triggerID: recorded.text("trigger_id")).goEncoded
        #expect(String(decoding: body, as: UTF8.self) == recorded.wireBody)
        #expect(body.count == length)
    }

    @Test("A click's headers are the recorded ones, in their order")
    func headers() throws {
        let recorded = try RecordedExchange("callback_button_click").headers
        let target = try CallbackTarget("http://127.0.0.1:9099/ok")
        let headers = CallbackClient.headers(for: target, length: 530)
        #expect(
            headers.map(\.name) == ["Host", "User-Agent", "Content-Length", "Accept", "Content-Type", "Accept-Encoding"])
        #expect(headers.count == recorded.members?.count)
        for (name, value) in headers { #expect(recorded[name]?.text == value) }
    }

    @Test("A url's credentials become basic authentication, its own port stays out of Host")
    func credentials() throws {
        let target = try CallbackTarget("https://us%65r:pass@example.com:443/a/b?c=d")
        let headers = CallbackClient.headers(for: target, length: 1)
        #expect(headers["Authorization"] == ["Basic " + Data("user:pass".utf8).base64EncodedString()])
        #expect(headers["Host"] == ["example.com"])
        #expect(target.requestTarget == "/a/b?c=d")
        #expect(throws: SandboxError.self) { try CallbackTarget("ftp://example.com/") }
    }

    @Test("A trigger_id verifies with the served key, as the recorded one does with the recorded key")
    func trigger() throws {
        let signer = try TriggerSigner()
        let trigger = try signer.triggerID(clientID: Identifier.make(), userID: Identifier.make(), at: 1_795_212_356_595)
        #expect(try Self.verifies(trigger, publicKey: signer.publicKey))
        #expect(try !Self.verifies(trigger, publicKey: TriggerSigner().publicKey))
        let key = try RecordedExchange("client_config").text("AsymmetricSigningPublicKey")
        #expect(try Self.verifies(RecordedExchange("callback_button_click").text("trigger_id"), publicKey: key))
        #expect(signer.publicKey.count == key.count)
    }

    private static func verifies(_ trigger: String, publicKey: String) throws -> Bool {
        let text = String(decoding: try #require(Data(base64Encoded: trigger)), as: UTF8.self)
        let colon = try #require(text.lastIndex(of: ":"))
        let prefix = Array(text[...colon].utf8)
        let signature = [UInt8](try #require(Data(base64Encoded: String(text[text.index(after: colon)...]))))
        let der = [UInt8](try #require(Data(base64Encoded: publicKey)))
        let key = der.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return d2i_PUBKEY(nil, &start, buffer.count)
        }
        defer { EVP_PKEY_free(key) }
        let digest = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(digest) }
        try #require(EVP_DigestVerifyInit(digest, nil, EVP_sha256(), nil, key) == 1)
        return EVP_DigestVerify(digest, signature, signature.count, prefix, prefix.count) == 1
    }
}
