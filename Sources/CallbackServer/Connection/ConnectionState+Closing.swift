import NIOCore

/// The time limits of a connection, and the ways in which it ends.
extension ConnectionState {
    enum OnTick: Equatable {
        case wait
        case closeNow
        /// Reply 408 and close.
        case refuse(headOnly: Bool)
        /// Tell the person that the decision takes longer.
        case answerLate(Exchange)
    }

    /// Time has passed.
    func tick(at now: NIODeadline) -> OnTick {
        if now >= stallDeadline { return .closeNow }
        guard now >= deadline else { return .wait }
        return switch phase {
        case .idle, .closing: .closeNow
        case .head: .refuse(headOnly: false)
        case .body(let exchange): .refuse(headOnly: exchange.isHEAD)
        case .deciding(let exchange): .answerLate(exchange)
        }
    }

    enum OnFailure: Equatable {
        case proceed
        case closeNow
        /// Reply and close.
        case refuse(FixedReply)
    }

    /// The parser, or the connection under it, failed.
    mutating func failed(_ failure: InputFailure, at now: NIODeadline) -> OnFailure {
        switch (phase, failure) {
        case (.closing, .unparsed(let count)): return received(bytes: count, at: now) == .closeNow ? .closeNow : .proceed
        case (.closing, .malformed), (.closing, .headTooLarge), (.closing, .truncated): return .proceed
        case (.deciding, .malformed), (.deciding, .headTooLarge), (.deciding, .truncated), (.deciding, .bufferFull):
            return overrun() == .closeNow ? .closeNow : .proceed
        case (.idle, .headTooLarge), (.head, .headTooLarge), (.body, .headTooLarge), (.idle, .bufferFull), (.head, .bufferFull),
            (.body, .bufferFull):
            return .refuse(.headTooLarge)
        case (.idle, .malformed), (.head, .malformed), (.body, .malformed): return .refuse(.malformed)
        case (_, .truncated), (_, .unparsed), (_, .bufferFull), (_, .other): return .closeNow
        }
    }

    /// Shutdown was asked for. True when no request is on its way and the connection closes now.
    mutating func drain() -> Bool {
        closesAfterReply = true
        if case .idle = phase { return true } else { return false }
    }

    /// The client gets a refusal and may go on sending for ``CallbackServer/Limits/linger``, so that the refusal arrives.
    mutating func refuse(at now: NIODeadline) {
        close()
        deadline = now + TimeAmount(limits.linger)
    }

    /// The connection is to close once all that was written has been sent. False when it is closing already.
    mutating func closeAfterWrites(at now: NIODeadline) -> Bool {
        guard !isClosing else { return false }
        close()
        deadline = now + TimeAmount(limits.request)
        return true
    }

    /// The connection is closing from here on.
    mutating func close() {
        phase = .closing
        received = 0
        body = nil
        waiting.removeAll()
    }

    /// True once, when the connection is closing and no decision's reply is on its way: it is then the first to make room.
    mutating func makesRoom() -> Bool {
        guard isClosing, !owesReply, !hasMadeRoom else { return false }
        hasMadeRoom = true
        return true
    }
}
