import NIOCore

/// Time limits and the ways to end.
extension ConnectionHandler {
    func enforceLimits(at now: NIODeadline) {
        if now >= stallDeadline { return closeNow() }
        guard now >= deadline else { return }
        switch phase {
        case .idle, .closing: closeNow()
        case .head: refuse(.timedOut)
        case .body(let exchange): refuse(.timedOut, headOnly: exchange.isHEAD)
        case .deciding: answerLate()
        }
    }

    /// Whether a newcomer may have this one's place: anything but a decision on its way, or its reply.
    var isEvictable: Bool {
        switch phase {
        case .idle, .head, .body: true
        case .deciding, .closing: false
        }
    }

    /// Whether it has not made a request yet: a handshake that goes on or was never begun, a head that does not end, nothing.
    var isSilent: Bool {
        guard requests == 0 else { return false }
        if case .closing = phase { return false } else { return true }
    }

    /// For shutdown: an idle connection closes now, a request on its way still gets its reply.
    func closeWhenDone() {
        closesAfterReply = true
        if case .idle = phase { closeAfterWrites() }
    }

    /// Closes once everything written has been sent.
    func closeAfterWrites() {
        guard let context else { return }
        if case .closing = phase { return closeNow() }
        phase = .closing
        received = 0
        waiting.removeAll()
        deadline = .now() + TimeAmount(listener.limits.request)
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in self.closeNow() }
    }

    func closeNow() {
        phase = .closing
        context?.close(promise: nil)
    }
}
