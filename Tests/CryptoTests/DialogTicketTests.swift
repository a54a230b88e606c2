import Access
import Testing

@testable import ActionCrypto

@Suite("A dialog's state")
struct DialogTicketTests {
    static func signer(_ secret: String = "0123456789abcdef0123456789abcdef", previous: [String] = []) throws -> ActionSigner {
        try ActionSigner(secret: Secret(Array(secret.utf8)), previous: previous.map { Secret(Array($0.utf8)) })
    }

    static func ticket() throws -> DialogTicket {
        DialogTicket(
            requestID: try #require(RequestID("305dc2e2-6700-485c-a62a-74712b40900e")), decision: .deny, userID: "u1",
            channelID: "c1", postID: "p1", cluster: "cluster-ä", issued: Timestamp(milliseconds: 1_795_212_356_595),
            trigger: Secret("a trigger"))
    }

    @Test("It opens to what was sealed, and with a previous secret too")
    func opens() throws {
        let state = try Self.signer().seal(try Self.ticket())
        #expect(try Self.signer().open(state)?.message == Self.ticket().message)
        #expect(try Self.signer().open(state)?.trigger?.reveal() == "a trigger")
        let next = try Self.signer("another secret of the tests", previous: ["0123456789abcdef0123456789abcdef"])
        #expect(try next.open(state)?.message == Self.ticket().message)
        #expect(try Self.signer("another secret of the tests").open(state) == nil)
    }

    @Test("A state with any character of it changed opens to nothing")
    func altered() throws {
        let signer = try Self.signer()
        let state = try signer.seal(try Self.ticket())
        for index in state.indices {
            for other in ["A", "b", "0", "_", "."] where String(state[index]) != other {
                #expect(signer.open(state.replacingCharacters(at: index, with: other)) == nil)
            }
        }
        for text in ["", ".", "..", "...", state + "A", "x" + state, String(repeating: "A", count: 4000)] {
            #expect(signer.open(text) == nil)
        }
    }

    @Test("A dialog's tag is no button's signature, because their messages begin differently")
    func separated() throws {
        let ticket = try Self.ticket()
        let key = try SigningKey(Secret(Array("0123456789abcdef0123456789abcdef".utf8)))
        let bare = Base64.url.encode(try key.hmac.authenticate(ticket.message))
        let forged = "\(key.id).\(Base64.url.encode(ticket.message)).\(bare)"
        #expect(try Self.signer().open(forged) == nil)
    }
}

extension String {
    fileprivate func replacingCharacters(at index: Index, with text: String) -> String {
        String(self[..<index]) + text + String(self[self.index(after: index)...])
    }
}
