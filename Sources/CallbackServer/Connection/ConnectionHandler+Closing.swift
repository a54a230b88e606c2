import NIOCore

/// The time limits of a connection, and the ways in which it ends.
extension ConnectionHandler {
    /// Acts on time limits that have passed. The connection table calls it when a limit of any connection has passed.
    func enforceLimits(at now: NIODeadline) {
        switch state.tick(at: now) {
        case .wait: break
        case .closeNow: closeNow()
        case .refuse(let headOnly): refuse(.timedOut, headOnly: headOnly)
        case .answerLate(let exchange):
            send(exchange.purpose.takesBody ? .late : .unavailable, exchange)
            resume()
        }
    }

    /// Begins the shutdown of the connection: an idle one closes now, and a request in flight still gets its reply.
    func closeWhenDone() {
        if state.drain() { closeAfterWrites() }
    }

    /// Replies to a request without reading it to its end, and closes.
    func refuse(_ reply: FixedReply, headOnly: Bool = false) {
        guard let context else { return }
        let reply = listener.limited(reply, from: origin)
        state.refuse(at: listener.now)
        stateChanged()
        makeRoom()
        context.writeAndFlush(Self.wrapOutboundOut(listener.replies.fixed(reply, .close, headOnly: headOnly)))
            .assumeIsolated().whenSuccess { self.context?.close(mode: .output, promise: nil) }
    }

    /// Closes once everything that was written has been sent.
    func closeAfterWrites() {
        guard let context else { return }
        guard state.closeAfterWrites(at: listener.now) else { return closeNow() }
        stateChanged()
        makeRoom()
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in self.closeNow() }
    }

    /// Closes the channel. Over TLS the client still gets a close_notify, and a short time to answer it.
    func closeNow() {
        state.close()
        makeRoom()
        context?.close(promise: nil)
    }

    /// Closes the socket itself, without waiting for TLS or for a client that was refused.
    func abort() {
        guard let context else { return }
        state.close()
        let outermost = try? context.pipeline.syncOperations.context(handlerType: BackPressureHandler.self)
        (outermost ?? context).close(promise: nil)
    }

    /// Records that the reply of a decision has been written to the socket, or that writing it has failed.
    func replyLeft() {
        state.replyLeft()
        makeRoom()
    }

    /// Tells the table when this connection has become the first one to close for a newcomer.
    private func makeRoom() {
        if state.makesRoom() { listener.table.beganClosing(self) }
    }
}
