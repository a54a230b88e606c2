import NIOCore
import NIOHTTP1
import Testing

@testable import CallbackServer

@Suite("The states of a connection") struct ConnectionStateTests {
    private let limits = CallbackServer.Limits()
    private static let start = NIODeadline.uptimeNanoseconds(0)
    private let click = Exchange(purpose: .click, persistence: .open)
    private let probe = Exchange(purpose: .readiness, persistence: .open)
    private let end = HTTPServerRequestPart.end(nil)

    private func after(_ seconds: Int64) -> NIODeadline { Self.start + .seconds(seconds) }

    private func fresh() -> ConnectionState { ConnectionState(limits: limits, at: Self.start) }

    /// A connection that awaits the decision on its first request.
    private func deciding(_ exchange: Exchange? = nil) -> ConnectionState {
        var state = fresh()
        _ = state.received(head: exchange ?? click, at: Self.start)
        _ = state.requestEnded()
        state.decisionBegan(at: Self.start)
        return state
    }

    /// A connection that has had one reply, at the given second.
    private func answered(at seconds: Int64 = 0) -> ConnectionState {
        var state = fresh()
        _ = state.received(head: probe, at: Self.start)
        _ = state.requestEnded()
        _ = state.replies(.open, at: after(seconds))
        return state
    }

    @Test("A request goes from its first byte through head and body to its end")
    func request() {
        var state = fresh()
        #expect(state.isSilent && state.isEvictable)
        #expect(state.received(bytes: 10, at: Self.start) == .proceed)
        #expect(state.received(head: click, at: Self.start) == .readBody)
        #expect(!state.isSilent && state.requestCount == 1)
        #expect(state.received(body: ByteBuffer(string: "{\"a\":")) == .proceed)
        #expect(state.received(body: ByteBuffer(string: "1}")) == .proceed)
        let request = state.requestEnded()
        #expect(request == .init(exchange: click, body: ByteBuffer(string: #"{"a":1}"#), endsTurn: false))
    }

    @Test("A decision is answered once, for the request that it belongs to")
    func decision() {
        var state = deciding()
        #expect(state.isDeciding && state.hasClicked && !state.isEvictable)
        #expect(state.awaitedDecision(of: 2) == nil)
        #expect(state.awaitedDecision(of: 1) == click)
        let isDecision = state.replies(.open, at: after(1))
        #expect(isDecision && state.awaitedDecision(of: 1) == nil)
        #expect(!state.isEvictable, "its reply has not left")
        state.replyLeft()
        #expect(state.isEvictable)
    }

    @Test("A client that expects 100 Continue is asked for its body")
    func expectation() {
        var state = fresh()
        var exchange = click
        exchange.awaitsContinue = true
        #expect(state.received(head: exchange, at: Self.start) == .askForBody)
    }

    @Test("A head that is refused early is refused without its body")
    func early() {
        var state = fresh()
        let exchange = Exchange(purpose: .fixed(.tooLarge), persistence: .open, isHEAD: true, isRefusedEarly: true)
        #expect(state.received(head: exchange, at: Self.start) == .refuse(.tooLarge, headOnly: true))
        #expect(state.requestEnded() == nil)
    }

    @Test("A body past its limit is refused, and only clicks and dialogs keep theirs")
    func bodies() {
        var state = fresh()
        _ = state.received(head: click, at: Self.start)
        #expect(state.received(body: ByteBuffer(repeating: 0, count: limits.bodyBytes)) == .proceed)
        #expect(state.received(body: ByteBuffer(repeating: 0, count: 1)) == .refuse(headOnly: false))
        state = fresh()
        _ = state.received(head: probe, at: Self.start)
        _ = state.received(body: ByteBuffer(string: "unwanted"))
        #expect(state.requestEnded()?.body == ByteBuffer())
    }

    @Test("The first head has its time from the connection's start, later ones from their first byte")
    func headTime() {
        var state = fresh()
        _ = state.received(bytes: 1, at: after(9))
        #expect(state.tick(at: after(9)) == .wait)
        #expect(state.tick(at: after(10)) == .refuse(headOnly: false))
        state = answered(at: 100)
        _ = state.received(bytes: 1, at: after(150))
        _ = state.received(bytes: 1, at: after(159))
        #expect(state.quietSince == after(150))
        #expect(state.tick(at: after(159)) == .wait)
        #expect(state.tick(at: after(160)) == .refuse(headOnly: false))
    }

    @Test("A body has its time from the request's first byte")
    func bodyTime() {
        var state = fresh()
        _ = state.received(bytes: 1, at: after(5))
        _ = state.received(head: Exchange(purpose: .click, persistence: .open, isHEAD: true), at: after(9))
        #expect(state.tick(at: after(34)) == .wait)
        #expect(state.tick(at: after(35)) == .refuse(headOnly: true))
    }

    @Test("A silent connection and an idle one are closed without a word")
    func idleTime() {
        #expect(fresh().tick(at: after(10)) == .closeNow)
        #expect(answered(at: 1).tick(at: after(120)) == .wait)
        #expect(answered(at: 1).tick(at: after(121)) == .closeNow)
    }

    @Test("A decision that takes too long is answered late, and its own answer is dropped")
    func late() {
        var state = deciding()
        #expect(state.tick(at: after(7)) == .wait)
        #expect(state.tick(at: after(8)) == .answerLate(click))
        _ = state.replies(.open, at: after(8))
        #expect(state.awaitedDecision(of: 1) == nil)
    }

    @Test("Replies that are not read cost the connection, unless the client reads on in time")
    func stall() {
        var state = deciding()
        state.writabilityChanged(to: false, at: Self.start)
        #expect(state.tick(at: after(30)) == .closeNow)
        state.writabilityChanged(to: true, at: after(29))
        #expect(state.tick(at: after(30)) == .answerLate(click))
    }

    @Test("While a decision is pending, parts wait and nothing is read; then they come in order")
    func backlog() {
        var state = deciding()
        let mayRead = state.readRequested(isWritable: true)
        #expect(!mayRead)
        let head = HTTPServerRequestPart.head(.init(version: .http1_1, method: .GET, uri: "/healthz"))
        #expect(state.received(head, isWritable: true) == .wait)
        #expect(state.received(end, isWritable: true) == .wait)
        #expect(state.nextPart(isWritable: true) == nil)
        let early = state.releaseRead(isWritable: true)
        #expect(!early)
        _ = state.replies(.open, at: after(1))
        #expect(state.nextPart(isWritable: false) == nil, "the client does not read")
        #expect(state.received(end, isWritable: true) == .wait, "behind the parts that waited")
        #expect(state.nextPart(isWritable: true) == head)
        #expect(state.nextPart(isWritable: true) == end)
        #expect(state.nextPart(isWritable: true) == end)
        let released = [state.releaseRead(isWritable: true), state.releaseRead(isWritable: true)]
        #expect(released == [true, false])
        #expect(state.received(end, isWritable: true) == .handle)
    }

    @Test("Too much sent ahead of a decision costs the connection after its reply")
    func overrun() {
        var state = deciding()
        for _ in 0..<limits.pipelinedParts { #expect(state.received(end, isWritable: true) == .wait) }
        #expect(state.persistence(after: click) == .open)
        #expect(state.received(end, isWritable: true) == .wait)
        #expect(state.persistence(after: click) == .close)
        _ = state.replies(.close, at: after(1))
        #expect(state.nextPart(isWritable: true) == nil, "none of it is answered")
    }

    @Test("Too much sent to a connection whose client does not read costs it at once")
    func overrunUnread() {
        var state = answered()
        for _ in 0..<limits.pipelinedParts { #expect(state.received(end, isWritable: false) == .wait) }
        #expect(state.received(end, isWritable: false) == .closeNow)
    }

    @Test("After its turn a connection waits for the next one; one that brought a signed click has longer turns")
    func turns() {
        for hasClicked in [false, true] {
            var state = hasClicked ? deciding() : fresh()
            if hasClicked { _ = state.replies(.open, at: Self.start) }
            state.turnCame()
            var count = 0
            var endsTurn = false
            while !endsTurn, count < 1000 {
                _ = state.received(head: probe, at: Self.start)
                endsTurn = state.requestEnded()?.endsTurn ?? true
                _ = state.replies(.open, at: Self.start)
                count += 1
            }
            #expect(count == (hasClicked ? limits.turn.clicker : limits.turn.stranger))
            state.readCompleted()
            #expect(state.received(end, isWritable: true) == .wait)
            state.turnCame()
            #expect(state.nextPart(isWritable: true) == end)
        }
    }

    @Test("A connection whose client has ended closes after the last reply")
    func inputEnd() {
        var state = deciding()
        state.inputEnded()
        #expect(!state.isDone)
        _ = state.replies(.open, at: after(1))
        #expect(state.isDone)
    }

    @Test("At shutdown an idle connection closes at once, and another after its reply")
    func drain() {
        var idle = answered()
        let closesNow = idle.drain()
        #expect(closesNow)
        var busy = deciding()
        let waits = busy.drain()
        #expect(!waits && busy.persistence(after: click) == .close)
    }

    @Test("A refused client is read from for a second, or 256 KiB, and gets no further reply")
    func refusal() {
        var state = fresh()
        _ = state.received(head: click, at: Self.start)
        state.refuse(at: after(1))
        #expect(state.isClosing && !state.isEvictable)
        #expect(state.received(end, isWritable: true) == .wait)
        #expect(state.received(head: click, at: after(1)) == .ignore)
        #expect(state.received(bytes: limits.drainBytes, at: after(1)) == .proceed)
        #expect(state.received(bytes: 1, at: after(1)) == .closeNow)
        #expect(state.tick(at: after(1)) == .wait)
        #expect(state.tick(at: after(2)) == .closeNow)
    }

    @Test("Closing after writes happens once, and has the time of a request")
    func closeAfterWrites() {
        var state = answered()
        let began = [state.closeAfterWrites(at: after(1)), state.closeAfterWrites(at: after(2))]
        #expect(began == [true, false])
        #expect(state.tick(at: after(30)) == .wait)
        #expect(state.tick(at: after(31)) == .closeNow)
    }

    @Test("A closing connection makes room once, and not before the reply of its decision has left")
    func room() {
        var state = answered()
        let open = state.makesRoom()
        state.close()
        let closing = [state.makesRoom(), state.makesRoom()]
        #expect(!open && closing == [true, false])
        var decided = deciding()
        _ = decided.replies(.close, at: after(1))
        decided.close()
        let early = decided.makesRoom()
        decided.replyLeft()
        let later = decided.makesRoom()
        #expect(!early && later)
    }

    @Test(
        "An error that ends the parsing refuses the request, closes the connection, or waits for the decision",
        arguments: [
            (HTTPParserError.invalidMethod, .refuse(.malformed)),
            (HTTPParserError.headerOverflow, .refuse(.headTooLarge)),
            (ByteToMessageDecoderError.PayloadTooLargeError(), .refuse(.headTooLarge)),
            (HTTPParserError.invalidEOFState, .closeNow),
            (ChannelError.eof, .closeNow),
        ] as [(any Error, ConnectionState.OnFailure)])
    func failures(error: any Error, action: ConnectionState.OnFailure) {
        let failure = InputFailure(error)
        var idle = answered()
        #expect(idle.failed(failure, at: after(1)) == action)
        var waiting = deciding()
        #expect(waiting.failed(failure, at: after(1)) == (failure == .other ? .closeNow : .proceed))
        #expect(waiting.persistence(after: click) == (failure == .other ? .open : .close))
        var closing = answered()
        closing.close()
        let ends = failure == .other || failure == .bufferFull
        #expect(closing.failed(failure, at: after(1)) == (ends ? .closeNow : .proceed))
    }

    @Test("Bytes after a parse error count towards what a refused client may send")
    func unparsed() {
        var state = answered()
        state.refuse(at: Self.start)
        #expect(state.failed(.unparsed(bytes: limits.drainBytes), at: Self.start) == .proceed)
        #expect(state.failed(.unparsed(bytes: 1), at: Self.start) == .closeNow)
    }
}
