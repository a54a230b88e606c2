import NIOCore

/// The time limits of a connection, and the ways in which it ends.
extension ConnectionState {
    enum OnTick: Equatable {
        case wait
        case closeNow
        /// Reply 408 and close.
        case refuse(headOnly: Bool)
        /// Tell the person who clicked that the decision takes longer.
        case answerLate(Exchange)
    }

    /// The time at which ``tick(at:)`` has to be called, unless an event changes it before.
    var due: NIODeadline { min(deadline, stallDeadline) }

    /// Returns what to do now that time has passed.
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

    /// Records a failure of the parser, or of the connection under it.
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

    /// Records that shutdown was asked for. Returns true when no request is in flight, so the connection closes now.
    mutating func drain() -> Bool {
        closesAfterReply = true
        if case .idle = phase { return true } else { return false }
    }

    /// Records that a refusal is sent. The client may continue to send for ``CallbackServer/Limits/linger``, because closing at
    /// once could keep the refusal from arriving.
    mutating func refuse(at now: NIODeadline) {
        close()
        deadline = now + TimeAmount(limits.linger)
    }

    /// Records that the connection closes once everything that was written has been sent. Returns false when it is closing
    /// already.
    mutating func closeAfterWrites(at now: NIODeadline) -> Bool {
        guard !isClosing else { return false }
        close()
        deadline = now + TimeAmount(limits.request)
        return true
    }

    /// Records that the connection is closing from now on.
    mutating func close() {
        phase = .closing
        received = 0
        body = nil
        waiting.removeAll()
    }

    /// Returns true once, when the connection is closing and no decision's reply is in flight. It is then the first one to be
    /// closed for a newcomer.
    mutating func makesRoom() -> Bool {
        guard isClosing, !owesReply, !hasMadeRoom else { return false }
        hasMadeRoom = true
        return true
    }
}
