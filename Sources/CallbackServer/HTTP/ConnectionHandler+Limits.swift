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

    /// Whether a newcomer may have this one's place: anything but a decision on its way, or its reply. Those that are being
    /// closed are asked first, and apart.
    var isEvictable: Bool {
        switch phase {
        case .idle, .head, .body: !owesReply
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
        beginClosing()
        waiting.removeAll()
        deadline = .now() + TimeAmount(listener.limits.request)
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in self.closeNow() }
    }

    /// Over TLS it still tells the client, and waits a moment for it.
    func closeNow() {
        beginClosing()
        context?.close(promise: nil)
    }

    /// Closes the socket itself, whatever TLS or a refused client is waited for.
    func abort() {
        guard let context else { return }
        phase = .closing
        let outermost = try? context.pipeline.syncOperations.context(handlerType: BackPressureHandler.self)
        (outermost ?? context).close(promise: nil)
    }

    /// From here on it is the first to make room, once the reply of a decision has left.
    func beginClosing() {
        phase = .closing
        received = 0
        giveWay()
    }

    func replyHasLeft() {
        owesReply = false
        if case .closing = phase { giveWay() }
    }

    private func giveWay() {
        guard !owesReply, !givesWay else { return }
        givesWay = true
        listener.table.givesWay(self)
    }
}
