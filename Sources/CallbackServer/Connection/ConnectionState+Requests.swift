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

    /// A head was parsed and judged.
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

    /// A part of a body was parsed.
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
        /// The connection has had its turn: what follows waits until ``turnCame()``.
        var endsTurn: Bool
    }

    /// A request is complete. Nil when none was being read. A client that sends hundreds of requests in one read must not hold up
    /// the others, so only a few of them are answered in one turn of the event loop.
    mutating func requestEnded() -> Request? {
        guard case .body(let exchange) = phase else { return nil }
        answeredInTurn += 1
        let endsTurn = answeredInTurn >= (hasClicked ? limits.turn.clicker : limits.turn.stranger) && !waitsForTurn
        if endsTurn { waitsForTurn = true }
        defer { body = nil }
        return Request(exchange: exchange, body: body ?? ByteBuffer(), endsTurn: endsTurn)
    }

    /// The request's click is genuine, and its decision has begun.
    mutating func decisionBegan(at now: NIODeadline) {
        guard case .body(let exchange) = phase else { return }
        phase = .deciding(exchange)
        hasClicked = true
        deadline = now + TimeAmount(limits.reply)
    }

    /// The exchange that waits for the decision on this request. Nil when it has had a reply.
    func awaitedDecision(of request: Int) -> Exchange? {
        guard case .deciding(let exchange) = phase, request == requestCount else { return nil }
        return exchange
    }

    /// How the reply to this exchange leaves the connection.
    func persistence(after exchange: Exchange) -> Persistence { closesAfterReply ? .close : exchange.persistence }

    /// A reply is about to be written. True when it is a decision's: the connection keeps its place until ``replyLeft()``.
    mutating func replies(_ persistence: Persistence, at now: NIODeadline) -> Bool {
        let isDecision = isDeciding
        if isDecision { owesReply = true }
        guard persistence != .close else { return isDecision }
        quietSince = now
        deadline = now + TimeAmount(limits.idle)
        phase = .idle
        return isDecision
    }

    /// The reply of a decision was written to the socket, or never will be.
    mutating func replyLeft() { owesReply = false }
}
