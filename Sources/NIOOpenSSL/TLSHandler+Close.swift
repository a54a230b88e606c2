import ActionCrypto
package import NIOCore

// How a connection ends: close_notify, half-close, and a short wait for the peer, so that neither an alert nor the last
// answer is lost to a reset.
extension TLSHandler {
    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch (mode, phase) {
        case (.all, .open):
            connection?.shutdown()
            send(context)
            // The call-outs of sending may have closed already.
            guard phase == .open else { return join(promise, context) }
            linger(context, promise: promise)
        case (.all, .lingering): join(promise, context)
        case (.output, .open):
            guard !outputClosed else { promise?.fail(ChannelError.outputClosed); return }
            outputClosed = true
            connection?.shutdown()
            send(context)
            context.close(mode: .output, promise: promise)
        case (.output, .lingering): promise?.succeed(())
        default: context.close(mode: mode, promise: promise)
        }
    }

    private func join(_ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        guard let promise else { return }
        if let closePromise {
            closePromise.futureResult.cascade(to: promise)
        } else if phase == .closed {
            promise.succeed(())
        } else {
            closePromise = promise
        }
    }

    /// Half-closes, then reads and drops until the peer has closed too or the time is up.
    func linger(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        guard phase != .lingering, phase != .closed else { return join(promise, context) }
        let peerHasEnded = inputEnd != .none
        phase = .lingering
        closePromise = promise
        timer?.cancel()
        abandonWrites(ChannelError.ioOnClosedChannel)
        guard !peerHasEnded else { return finish(context) }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerLimit) { [weak self] in
            self?.finish(context)
        }
        context.close(mode: .output, promise: nil)
        readMore(context)
    }

    func drop(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        dropped += bytes.readableBytes
        if dropped > Self.lingerBytes { finish(context) }
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard phase == .lingering else { return }
        phase = .closed
        timer?.cancel()
        let promise = closePromise
        closePromise = nil
        context.close(mode: .all, promise: promise)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        switch phase {
        case .handshaking: fail(Self.closedEarly(), context)
        case .open: endInput(context)
        case .lingering: finish(context)
        case .idle, .closed: break
        }
    }

    /// The peer will send no more: told downstream once, after the bytes before it, and not before somebody reads.
    func endInput(_ context: ChannelHandlerContext) {
        guard phase == .open, inputEnd == .none else { return }
        inputEnd = .held
        if connection?.plaintext == nil || readWanted { deliverHeld(context) }
    }

    /// As a plain channel does it: an event with half-closure allowed, else the connection is closed.
    func deliverEnd(_ context: ChannelHandlerContext) {
        inputEnd = .delivered
        completeDelivery(context)
        let staysHalfOpen = (try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)) ?? false
        if staysHalfOpen {
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else {
            close(context: context, mode: .all, promise: nil)
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if phase == .handshaking {
            fail(Self.closedEarly(error), context)
        } else {
            context.fireErrorCaught(error)
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        let wasHandshaking = phase == .handshaking
        timer?.cancel()
        if phase == .open { handOnTheRest(context) }
        phase = .closed
        if wasHandshaking {
            let error = Self.closedEarly()
            settle(error)
            context.fireErrorCaught(error)
        }
        abandonWrites(failure.error ?? ChannelError.ioOnClosedChannel)
        let promise = closePromise
        closePromise = nil
        promise?.succeed(())
        context.fireChannelInactive()
    }

    /// What came before the end is not lost, asked for or not.
    private func handOnTheRest(_ context: ChannelHandlerContext) {
        guard let bytes = connection?.plaintext else { return }
        connection?.plaintext = nil
        context.fireChannelRead(wrapInboundOut(bytes))
        context.fireChannelReadComplete()
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        phase = .closed
        abandonWrites(ChannelError.ioOnClosedChannel)
        connection = nil
    }
}
