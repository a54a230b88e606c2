import NIOCore
import Testing

@testable import NIOOpenSSL

@Suite("The states of a TLS channel") struct TLSStateTests {
    private func open() -> TLSState {
        var state = TLSState()
        _ = state.activated()
        _ = state.established()
        return state
    }

    private func lingering() -> TLSState {
        var state = open()
        _ = state.linger()
        return state
    }

    private func closed() -> TLSState {
        var state = open()
        _ = state.ended()
        return state
    }

    @Test("A handshake begins once, reads by itself, and ends once")
    func handshake() {
        var state = TLSState()
        #expect(state.received(bytes: 1) == .discard, "there is no engine yet")
        let began = [state.activated(), state.activated()]
        #expect(began == [true, false])
        #expect(state.received(bytes: 100) == .decrypt)
        let reads = [state.readCompleted(isWritable: true), state.readCompleted(isWritable: false)]
        #expect(reads == [true, true], "nobody else reads, and the peer waits for the answer")
        let ended = [state.established(), state.established()]
        #expect(ended == [true, false])
        #expect(!state.isHandshaking)
        let readsOn = state.readCompleted(isWritable: true)
        #expect(!readsOn, "nobody asked for bytes")
    }

    @Test("Writes wait for the handshake, and fail once the output or the channel is closed")
    func writes() {
        var state = TLSState()
        #expect(state.write() == .encrypt)
        state = open()
        #expect(state.write() == .encrypt)
        _ = state.close(.output)
        #expect(state.write() == .failOutputClosed)
        #expect(lingering().write() == .fail)
        #expect(closed().write() == .fail)
    }

    @Test("Plaintext is held until somebody reads, and what follows in the same burst belongs to that read")
    func delivery() {
        var state = open()
        #expect(!state.mayDeliver)
        state.readRequested()
        #expect(state.mayDeliver)
        let first = state.deliverPlaintext()
        #expect(first && state.mayDeliver)
        let completes = [state.completeDelivery(), state.completeDelivery()]
        #expect(completes == [true, false])
        #expect(!state.mayDeliver)
    }

    @Test("During the handshake nothing is delivered, whoever asks")
    func nothingEarly() {
        var state = TLSState()
        _ = state.activated()
        state.readRequested()
        let delivered = state.deliverPlaintext()
        #expect(!delivered)
        _ = state.established()
        let later = state.deliverPlaintext()
        #expect(later, "the read is not forgotten")
    }

    @Test("A read without plaintext is followed by another, but not faster than the channel takes answers")
    func readsOn() {
        var state = open()
        state.readRequested()
        let whileWritable = state.readCompleted(isWritable: true)
        let whileFull = state.readCompleted(isWritable: false)
        #expect(whileWritable && !whileFull)
        let deferred = [state.becameWritable(), state.becameWritable()]
        #expect(deferred == [true, false])
        _ = state.deliverPlaintext()
        let afterDelivery = state.readCompleted(isWritable: true)
        #expect(!afterDelivery)
    }

    @Test("Held bytes answer a read, and auto-read alone reads on")
    func answered() {
        var state = open()
        state.readRequested()
        _ = state.deliverPlaintext()
        let byHand = state.readAnswered(autoRead: false)
        #expect(!byHand)
        let byItself = state.readAnswered(autoRead: true)
        #expect(byItself && state.mayDeliver)
        var over = closed()
        let afterEnd = over.readAnswered(autoRead: true)
        #expect(!afterEnd)
    }

    @Test("The peer's end is delivered once, after the bytes before it, and stops reading")
    func inputEnd() {
        var state = open()
        let early = state.inputEnded(holdsPlaintext: true)
        #expect(!early, "nobody reads the bytes before it")
        let again = state.inputEnded(holdsPlaintext: false)
        #expect(!again, "the FIN after the close_notify")
        state.readRequested()
        let readsOn = state.readCompleted(isWritable: true)
        #expect(!readsOn)
        let delivered = [state.deliverEnd(), state.deliverEnd()]
        #expect(delivered == [true, false])
        #expect(state.write() == .encrypt, "answers still go")
        var other = open()
        let atOnce = other.inputEnded(holdsPlaintext: false)
        #expect(atOnce)
    }

    @Test("A FIN fails a handshake, ends the input, or ends the wait")
    func fin() {
        var handshaking = TLSState()
        #expect(handshaking.inputClosed() == .ignore)
        _ = handshaking.activated()
        #expect(handshaking.inputClosed() == .fail)
        #expect(open().inputClosed() == .endInput)
        #expect(lingering().inputClosed() == .finish)
        #expect(closed().inputClosed() == .ignore)
    }

    @Test("A close sends close_notify and lingers; further ones join it")
    func close() {
        var state = open()
        #expect(state.close(.all) == .shutDown)
        #expect(state.linger() == .halfClose)
        #expect(!state.usesEngine)
        #expect(state.close(.all) == .join)
        #expect(state.close(.output) == .succeed)
        #expect(state.linger() == .join)
        let finished = [state.finish(), state.finish()]
        #expect(finished == [true, false])
        #expect(state.isClosed)
        #expect(state.close(.all) == .passOn)
    }

    @Test("The output is closed once, and the input stays open")
    func halfClose() {
        var state = open()
        #expect(state.close(.output) == .shutDownOutput)
        #expect(state.close(.output) == .failOutputClosed)
        #expect(state.received(bytes: 1) == .decrypt)
        #expect(state.close(.all) == .shutDown)
    }

    @Test("Without a TLS connection a close is the channel's own", arguments: [CloseMode.all, .output, .input])
    func noConnection(mode: CloseMode) {
        var state = TLSState()
        #expect(state.close(mode) == .passOn)
        _ = state.activated()
        #expect(state.close(mode) == .passOn)
    }

    @Test("A peer that has ended is not waited for")
    func peerHasEnded() {
        var state = open()
        _ = state.inputEnded(holdsPlaintext: true)
        #expect(state.linger() == .finish)
    }

    @Test("While lingering 256 KiB are discarded, and no more")
    func flood() {
        var state = lingering()
        #expect(state.received(bytes: TLSState.lingerBytes) == .discard)
        #expect(state.received(bytes: 1) == .finish)
        let reads = state.readCompleted(isWritable: false)
        #expect(reads, "the peer's end is still looked for")
    }

    @Test("A channel that goes ends its handshake, or delivers what is left")
    func inactive() {
        var handshaking = TLSState()
        _ = handshaking.activated()
        #expect(!handshaking.deliversRest)
        let ended = [handshaking.ended(), handshaking.ended()]
        #expect(ended == [true, false])
        #expect(open().deliversRest && !lingering().deliversRest && !closed().deliversRest)
        #expect(closed().isClosed)
    }
}
