import Access
import NIOCore
import NIOHTTP1

/// Requests and their replies.
extension ConnectionHandler {
    func handle(_ part: HTTPServerRequestPart) {
        switch (part, phase) {
        case (.head(let head), _): begin(head)
        case (.body(let chunk), .body(let exchange)): append(chunk, exchange)
        case (.end, .body(let exchange)): complete(exchange)
        default: break
        }
    }

    /// Bytes, of whatever kind, before they are parsed.
    func bytesArrived(_ count: Int) {
        switch phase {
        case .idle: startRequest(phase: .head)
        case .closing:
            received += count
            if received > listener.limits.drainBytes { closeNow() }
        default: break
        }
    }

    /// What became of the click of that request; dropped if it has had a reply or is gone.
    func answer(_ reply: ClickReply<[UInt8]>, to request: Int) {
        guard case .deciding(let exchange) = phase, request == requests else { return }
        switch reply {
        case .answer(let json): send(json, exchange)
        case .counted(let words):
            listener.count(from: origin)
            send(words, exchange)
        case .refused(let words?, let reason, let metadata):
            listener.note(reason, from: origin, metadata)
            send(words, exchange)
        case .refused(nil, let reason, let metadata):
            send(listener.failed(reason, from: origin, metadata) ? .forbidden : .tooMany, exchange)
        }
        resume()
    }

    func answerLate() {
        guard case .deciding(let exchange) = phase else { return }
        send(.late, exchange)
        resume()
    }

    /// Replies to a request that is not read to its end, and closes.
    func refuse(_ reply: FixedReply, headOnly: Bool = false) {
        guard let context else { return }
        let reply = listener.limited(reply, from: origin)
        waiting.removeAll()
        beginClosing()
        deadline = .now() + TimeAmount(listener.limits.linger)
        context.writeAndFlush(Self.wrapOutboundOut(listener.replies.fixed(reply, .close, headOnly: headOnly)))
            .assumeIsolated().whenSuccess { self.context?.close(mode: .output, promise: nil) }
    }

    private func startRequest(phase: Phase) {
        let now = NIODeadline.now()
        if requests > 0 {
            quietSince = now
            deadline = now + TimeAmount(listener.limits.head)
        }
        requestDeadline = now + TimeAmount(listener.limits.request)
        self.phase = phase
    }

    private func begin(_ head: HTTPRequestHead) {
        if case .idle = phase { startRequest(phase: .head) }
        requests += 1
        if requests == 1 { listener.table.spoke(self) }
        listener.trim.count()
        origin = peer.map { listener.proxies.origin(of: $0, forwarded: head.headers["x-forwarded-for"]) }
        isForwarded = ForwardingFields.are(in: head.headers)
        let exchange = listener.policy.judge(head, from: origin)
        if exchange.isRefusedEarly, case .fixed(let reply) = exchange.purpose {
            return refuse(reply, headOnly: exchange.isHEAD)
        }
        phase = .body(exchange)
        deadline = requestDeadline
        received = 0
        if exchange.awaitsContinue {
            context?.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
    }

    private func append(_ chunk: ByteBuffer, _ exchange: Exchange) {
        received += chunk.readableBytes
        guard received <= listener.limits.bodyBytes else { return refuse(.tooLarge, headOnly: exchange.isHEAD) }
        guard exchange.purpose.takesBody else { return }
        if body == nil { body = chunk } else { body?.writeImmutableBuffer(chunk) }
    }

    private func complete(_ exchange: Exchange) {
        countTurn()
        switch exchange.purpose {
        case .fixed(let reply): send(listener.limited(reply, from: origin), exchange)
        case .readiness where !listener.mayProbe(origin), .metrics where !listener.mayProbe(origin): send(.tooMany, exchange)
        case .readiness:
            let readiness = listener.readiness()
            let json = mayKnowWhy ? readiness.json : readiness.statusJSON
            let status: StaticString = readiness.problems.isEmpty ? "200 OK" : "503 Service Unavailable"
            let persistence = persistence(exchange)
            send(
                listener.replies.json(json, status: status, persistence, headOnly: exchange.isHEAD), persistence)
        case .metrics:
            let persistence = persistence(exchange)
            send(
                listener.replies.text(listener.readiness().exposition, persistence, headOnly: exchange.isHEAD), persistence)
        case .click, .dialog:
            let ticket = ReplyTicket(connection: number, request: requests)
            let body = body ?? ByteBuffer()
            let outcome =
                exchange.purpose == .click
                ? listener.click(body, from: origin, ticket: ticket)
                : listener.dialog(body, from: origin, ticket: ticket)
            switch outcome {
            case .reply(let reply): send(reply, exchange)
            case .deciding:
                phase = .deciding(exchange)
                hasClicked = true
                deadline = .now() + TimeAmount(listener.limits.reply)
            }
        }
        body = nil
    }

    /// Reasons name servers: they are for the operator on this machine, whom no proxy stands before.
    private var mayKnowWhy: Bool {
        if listener.tellsEverybody { return true }
        guard !isForwarded, let channel = context?.channel else { return false }
        return LocalPeer.isOperator(channel.remoteAddress, of: channel.localAddress)
    }

    private func persistence(_ exchange: Exchange) -> Persistence { closesAfterReply ? .close : exchange.persistence }

    private func send(_ reply: FixedReply, _ exchange: Exchange) {
        let persistence = reply == .tooMany ? .close : persistence(exchange)
        send(listener.replies.fixed(reply, persistence, headOnly: exchange.isHEAD), persistence)
    }

    private func send(_ json: [UInt8], _ exchange: Exchange) {
        let persistence = persistence(exchange)
        send(listener.replies.json(json, persistence), persistence)
    }

    private func send(_ buffer: ByteBuffer, _ persistence: Persistence) {
        guard let context else { return }
        var written: EventLoopPromise<Void>?
        if case .deciding = phase {
            owesReply = true
            written = context.eventLoop.makePromise()
            written?.futureResult.assumeIsolated().whenComplete { _ in self.replyHasLeft() }
        }
        if persistence == .close {
            context.write(Self.wrapOutboundOut(buffer), promise: written)
            return closeAfterWrites()
        }
        quietSince = .now()
        deadline = quietSince + TimeAmount(listener.limits.idle)
        phase = .idle
        context.write(Self.wrapOutboundOut(buffer), promise: written)
    }
}

/// What a proxy says of whom it asks for.
enum ForwardingFields {
    private static let names: Set<String> = [
        "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port",
        "x-forwarded-server",
        "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip",
    ]

    static func are(in headers: HTTPHeaders) -> Bool { headers.contains { names.contains($0.name.lowercased()) } }
}
