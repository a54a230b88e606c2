import ActionCrypto
import Sandbox
import Synchronization
import Testing
import TriggerSigning

@testable import Clicks

@Suite("The memory of proofs") struct SeenProofsTests {
    private let rig: ProofRig
    private let click: Digest256

    init() throws {
        rig = try ProofRig()
        click = try Digest256(of: "a click".utf8)
    }

    private func proof(_ number: Int) throws -> ClickerProof {
        let digits = String(number)
        let id = String(repeating: "0", count: 26 - digits.count) + digits
        return try #require(try rig.trigger(id: id).proof(under: ClickerKey(rig.server.publicKey)))
    }

    private func name(_ entry: SeenProofs.Entry) -> String { String("\(entry)".prefix { $0 != "(" }) }

    @Test("The memory is bounded: when it is full, new proofs are refused until the oldest one is of no more use")
    func bounded() throws {
        let seen = SeenProofs(limit: 3, elapsed: { [rig] in rig.elapsed.withLock { $0 } })
        for number in 0..<3 { #expect(try name(seen.enter(proof(number), of: click)) == "first") }
        #expect(try name(seen.enter(proof(3), of: click)) == "full")
        #expect(try name(seen.enter(proof(0), of: click)) == "repeated")
        rig.elapsed.withLock { $0 += SeenProofs.keep }
        #expect(try name(seen.enter(proof(0), of: click)) == "repeated")
        rig.elapsed.withLock { $0 += .seconds(1) }
        #expect(try name(seen.enter(proof(3), of: click)) == "first")
    }

    @Test("One person's clicks cannot take the places of the others'")
    func perPerson() throws {
        let seen = SeenProofs(elapsed: { [rig] in rig.elapsed.withLock { $0 } })
        for number in 0..<SeenProofs.perPerson { #expect(try name(seen.enter(proof(number), of: click)) == "first") }
        #expect(try name(seen.enter(proof(5000), of: click)) == "full")
        let other = try rig.triggerText(of: ProofRig.mallory, id: String(repeating: "m", count: 26))
        let proof = try #require(try TriggerID(other)?.proof(under: ClickerKey(rig.server.publicKey)))
        #expect(name(seen.enter(proof, of: click)) == "first")
        rig.elapsed.withLock { $0 += SeenProofs.keep + .seconds(1) }
        #expect(try name(seen.enter(self.proof(5000), of: click)) == "first")
    }

    @Test("A proof is kept for longer than it is good for")
    func keeps() { #expect(SeenProofs.keep > ProofVerifier.window * 2) }

    @Test("Answers are forgotten before their proofs, and nobody gets another click's answer")
    func answers() throws {
        let seen = SeenProofs(limit: 500, answers: 2, elapsed: { [rig] in rig.elapsed.withLock { $0 } })
        for number in 0..<200 {
            #expect(try name(seen.enter(proof(number), of: click)) == "first")
            if number % 50 == 0 { rig.elapsed.withLock { $0 += .seconds(100) } }
            #expect(try name(seen.enter(proof(number), of: click)) == "repeated")
            if number >= 1 { #expect(try name(seen.enter(proof(number - 1), of: click)) == "repeated") }
            if number >= 2 { #expect(try name(seen.enter(proof(number - 2), of: click)) == "forgotten") }
        }
        let other = try Digest256(of: "another click".utf8)
        #expect(try name(seen.enter(proof(199), of: other)) == "stolen")
        #expect(try name(seen.enter(proof(190), of: other)) == "stolen")
    }
}
