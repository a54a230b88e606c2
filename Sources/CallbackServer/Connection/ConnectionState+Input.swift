import NIOCore

/// Limits what a connection reads, and decides when it must not read more.
extension ConnectionState {
    enum OnInput: Equatable {
        case proceed
        /// The client sent more than is read from it.
        case closeNow
    }

    /// Records that bytes have arrived and have not been parsed yet. The time limits of a request begin with its first byte.
    mutating func received(bytes count: Int, at now: NIODeadline) -> OnInput {
        switch phase {
        case .idle: startRequest(at: now)
        case .closing:
            received += count
            if received > limits.drainBytes { return .closeNow }
        case .head, .body, .deciding: break
        }
        return .proceed
    }

    mutating func startRequest(at now: NIODeadline) {
        if requestCount > 0 {
            quietSince = now
            deadline = now + TimeAmount(limits.head)
        }
        requestDeadline = now + TimeAmount(limits.request)
        phase = .head
    }

    enum OnPart: Equatable {
        case handle
        /// The part was kept for ``nextPart(isWritable:)``, or discarded.
        case wait
        /// The client sent more ahead than is kept for it.
        case closeNow
    }

    /// Records that a part of a request was parsed.
    mutating func received(_ part: Part, isWritable: Bool) -> OnPart {
        if isClosing { return .wait }
        guard isBlocked(isWritable: isWritable) || !waiting.isEmpty else { return .handle }
        guard waiting.count < (waitsForTurn ? limits.readParts : limits.pipelinedParts) else {
            return overrun() == .closeNow ? .closeNow : .wait
        }
        waiting.append(part)
        return .wait
    }

    /// Returns the next part that waited, when it need not wait any longer.
    mutating func nextPart(isWritable: Bool) -> Part? {
        isBlocked(isWritable: isWritable) ? nil : waiting.popFirst()
    }

    /// Discards the requests that the client has sent ahead, because they are more than the connection keeps. HTTP lets the
    /// client send them again. A decision that is pending still gets its reply.
    mutating func overrun() -> OnInput {
        waiting.removeAll()
        guard isDeciding else { return .closeNow }
        closesAfterReply = true
        return .proceed
    }

    /// Whether the pipeline, which asks for more bytes, may read them now. If not, ``releaseRead(isWritable:)`` tells when it
    /// may.
    mutating func readRequested(isWritable: Bool) -> Bool {
        guard isBlocked(isWritable: isWritable) else { return true }
        holdsRead = true
        return false
    }

    /// Whether the read that was held back has to be made now.
    mutating func releaseRead(isWritable: Bool) -> Bool {
        guard holdsRead, !isBlocked(isWritable: isWritable) else { return false }
        holdsRead = false
        return true
    }

    mutating func readCompleted() { if !waitsForTurn { answeredInTurn = 0 } }

    mutating func turnCame() { (answeredInTurn, waitsForTurn) = (0, false) }

    mutating func inputEnded() { inputHasEnded = true }

    /// Whether the client has sent everything, and has got all its replies.
    var isDone: Bool { inputHasEnded && !isDeciding && waiting.isEmpty }

    /// Records whether the client reads its replies. If it does not, it has the time limit of a request before the connection
    /// is closed.
    mutating func writabilityChanged(to isWritable: Bool, at now: NIODeadline) {
        stallDeadline = isWritable ? .distantFuture : now + TimeAmount(limits.request)
    }
}
