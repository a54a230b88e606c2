import NIOCore

/// The requests of a connection and their replies.
extension ConnectionState {
    enum OnHead: Equatable {
        /// Read the body.
        case readBody
        /// The client waits for `100 Continue` before it sends the body.
        case askForBody
        /// Reply now and read no further.
        case refuse(FixedReply, headOnly: Bool)
        case ignore
    }

    /// Records that a head was parsed and judged.
    mutating func received(head exchange: Exchange, at now: NIODeadline) -> OnHead {
        switch phase {
        case .idle: startRequest(at: now)
        case .head: break
        case .body, .deciding, .closing: return .ignore
        }
        requestCount += 1
        if exchange.isRefusedEarly, case .fixed(let reply) = exchange.purpose {
            return .refuse(reply, headOnly: exchange.isHEAD)
        }
        phase = .body(exchange)
        deadline = requestDeadline
        received = 0
        return exchange.awaitsContinue ? .askForBody : .readBody
    }

    enum OnBody: Equatable {
        case proceed
        /// The body is longer than ``CallbackServer/Limits/bodyBytes``.
        case refuse(headOnly: Bool)
    }

    /// Records that a part of a body was parsed.
    mutating func received(body chunk: ByteBuffer) -> OnBody {
        guard case .body(let exchange) = phase else { return .proceed }
        received += chunk.readableBytes
        guard received <= limits.bodyBytes else { return .refuse(headOnly: exchange.isHEAD) }
        guard exchange.purpose.takesBody else { return .proceed }
        if body == nil { body = chunk } else { body?.writeImmutableBuffer(chunk) }
        return .proceed
    }

    struct Request: Equatable {
        var exchange: Exchange
        var body: ByteBuffer
        /// Whether the connection has had its turn, so that what follows waits until ``turnCame()``.
        var endsTurn: Bool
    }

    /// Records that a request is complete, and returns it; nil when none was being read. A client that sends hundreds of
    /// requests in one read must not delay the others, so only a few of them are answered in one turn of the event loop.
    mutating func requestEnded() -> Request? {
        guard case .body(let exchange) = phase else { return nil }
        answeredInTurn += 1
        let endsTurn = answeredInTurn >= (hasClicked ? limits.turn.clicker : limits.turn.stranger) && !waitsForTurn
        if endsTurn { waitsForTurn = true }
        defer { body = nil }
        return Request(exchange: exchange, body: body ?? ByteBuffer(), endsTurn: endsTurn)
    }

    /// Records that the request's click is genuine, and that its decision has begun.
    mutating func decisionBegan(at now: NIODeadline) {
        guard case .body(let exchange) = phase else { return }
        phase = .deciding(exchange)
        hasClicked = true
        deadline = now + TimeAmount(limits.reply)
    }

    /// Returns the exchange that waits for the decision on this request. Nil when it has already had a reply.
    func awaitedDecision(of request: Int) -> Exchange? {
        guard case .deciding(let exchange) = phase, request == requestCount else { return nil }
        return exchange
    }

    /// Returns whether the connection stays open after the reply to this exchange.
    func persistence(after exchange: Exchange) -> Persistence { closesAfterReply ? .close : exchange.persistence }

    /// Records that a reply is about to be written. Returns true when it is the reply of a decision: then the connection must
    /// not be closed for a newcomer before ``replyLeft()``.
    mutating func replies(_ persistence: Persistence, at now: NIODeadline) -> Bool {
        let isDecision = isDeciding
        if isDecision { owesReply = true }
        guard persistence != .close else { return isDecision }
        quietSince = now
        deadline = now + TimeAmount(limits.idle)
        phase = .idle
        return isDecision
    }

    /// Records that the reply of a decision has been written to the socket, or that writing it has failed.
    mutating func replyLeft() { owesReply = false }
}
