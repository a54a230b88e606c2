import NIOCore

/// The time limits of a connection, and the ways in which it ends.
extension ConnectionHandler {
    /// Called by the connection table several times within the shortest limit.
    func enforceLimits(at now: NIODeadline) {
        switch state.tick(at: now) {
        case .wait: break
        case .closeNow: closeNow()
        case .refuse(let headOnly): refuse(.timedOut, headOnly: headOnly)
        case .answerLate(let exchange):
            send(.late, exchange)
            resume()
        }
    }

    /// Shutdown was asked for: an idle connection closes now, and a request on its way still gets its reply.
    func closeWhenDone() {
        if state.drain() { closeAfterWrites() }
    }

    /// Replies to a request that is not read to its end, and closes.
    func refuse(_ reply: FixedReply, headOnly: Bool = false) {
        guard let context else { return }
        let reply = listener.limited(reply, from: origin)
        state.refuse(at: listener.now)
        makeRoom()
        context.writeAndFlush(Self.wrapOutboundOut(listener.replies.fixed(reply, .close, headOnly: headOnly)))
            .assumeIsolated().whenSuccess { self.context?.close(mode: .output, promise: nil) }
    }

    /// Closes once everything that was written has been sent.
    func closeAfterWrites() {
        guard let context else { return }
        guard state.closeAfterWrites(at: listener.now) else { return closeNow() }
        makeRoom()
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in self.closeNow() }
    }

    /// Closes the channel. Over TLS the client still gets a close_notify, and a moment to answer it.
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

    /// The reply of a decision was written to the socket, or never will be.
    func replyLeft() {
        state.replyLeft()
        makeRoom()
    }

    /// Tells the table that this connection is to make room before all others, once that is so.
    private func makeRoom() {
        if state.makesRoom() { listener.table.beganClosing(self) }
    }
}
