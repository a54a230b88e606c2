import ActionCrypto
package import NIOCore

/// Ends a connection. The handler sends a close_notify, half-closes the channel, and waits a short time until the peer closes
/// its side. Without that wait a reset could discard an alert or the last answer before the peer has read it.
extension TLSHandler {
    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch state.close(mode) {
        case .shutDown:
            connection?.shutdown()
            send(context)
            linger(context, promise: promise)
        case .join: join(promise)
        case .shutDownOutput:
            connection?.shutdown()
            send(context)
            context.close(mode: .output, promise: promise)
        case .failOutputClosed: promise?.fail(ChannelError.outputClosed)
        case .succeed: promise?.succeed(())
        case .passOn: context.close(mode: mode, promise: promise)
        }
    }

    /// Completes the promise together with a close that is in progress or has ended.
    private func join(_ promise: EventLoopPromise<Void>?) {
        guard let promise else { return }
        if let closePromise {
            closePromise.futureResult.cascade(to: promise)
        } else if state.isClosed {
            promise.succeed(())
        } else {
            closePromise = promise
        }
    }

    /// Half-closes the channel, then reads and discards until the peer has closed its side or a limit is reached.
    func linger(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        let action = state.linger()
        guard action != .join else { return join(promise) }
        closePromise = promise
        timer?.cancel()
        abandonWrites(ChannelError.ioOnClosedChannel)
        guard action == .halfClose else { return finish(context) }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerLimit) { [weak self] in
            self?.finish(context)
        }
        context.close(mode: .output, promise: nil)
        readMore(context)
    }

    func finish(_ context: ChannelHandlerContext) {
        guard state.finish() else { return }
        timer?.cancel()
        let promise = closePromise
        closePromise = nil
        context.close(mode: .all, promise: promise)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        switch state.inputClosed() {
        case .fail: fail(Self.closedEarly(), context)
        case .endInput: endInput(context)
        case .finish: finish(context)
        case .ignore: break
        }
    }

    /// Handles the end of the peer's data. The end is delivered once, after the bytes before it, and not before somebody reads
    /// those.
    func endInput(_ context: ChannelHandlerContext) {
        if state.inputEnded(holdsPlaintext: connection?.plaintext != nil) { deliverHeld(context) }
    }

    /// Delivers the end of the peer's data in the way of a channel without TLS: it fires an event if half-closure is allowed,
    /// and closes the channel otherwise.
    func deliverEnd(_ context: ChannelHandlerContext) {
        completeDelivery(context)
        let staysHalfOpen = (try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)) ?? false
        if staysHalfOpen {
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else {
            close(context: context, mode: .all, promise: nil)
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if state.isHandshaking {
            fail(Self.closedEarly(error), context)
        } else {
            context.fireErrorCaught(error)
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if state.deliversRest { deliverRest(context) }
        if state.ended() {
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

    /// Delivers the bytes that arrived before the channel's end, even if nobody has asked for them.
    private func deliverRest(_ context: ChannelHandlerContext) {
        guard let bytes = connection?.plaintext else { return }
        connection?.plaintext = nil
        context.fireChannelRead(wrapInboundOut(bytes))
        context.fireChannelReadComplete()
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        _ = state.ended()
        abandonWrites(ChannelError.ioOnClosedChannel)
        connection = nil
    }
}
