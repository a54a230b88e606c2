import Access
import Base
import NIOCore
import NIOHTTP1

/// The requests of a connection and their replies.
extension ConnectionHandler {
    func handle(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): begin(head)
        case .body(let chunk):
            if case .refuse(let headOnly) = state.received(body: chunk) { refuse(.tooLarge, headOnly: headOnly) }
        case .end:
            guard let request = state.requestEnded() else { return }
            if request.endsTurn { scheduleTurn() }
            reply(to: request)
        }
    }

    /// Sends the reply of a decision. The reply is dropped when the request has already had one because of the time limit, or
    /// when the client has left.
    func answer(_ reply: ClickReply<[UInt8]>, to request: Int) {
        guard let exchange = state.awaitedDecision(of: request) else { return }
        switch reply {
        case .answer(let json): send(json, exchange)
        case .counted(let words):
            listener.count(from: origin)
            send(words, exchange)
        case .refused(let words?, let reason, let metadata):
            listener.note(reason, .proof, from: origin, metadata)
            send(words, exchange)
        case .refused(nil, let reason, let metadata):
            send(listener.failed(reason, .proof, from: origin, metadata) ? .forbidden : .tooMany, exchange)
        }
        resume()
    }

    private func begin(_ head: HTTPRequestHead) {
        let admission = listener.admission.current
        origin = peer.map {
            ForwardedFor.origin(of: $0, lines: head.headers["x-forwarded-for"], trusting: admission.trustedProxies)
        }
        let exchange = listener.policy.judge(head, from: origin, by: admission)
        let isFirst = state.requestCount == 0
        let action = state.received(head: exchange, at: listener.now)
        guard action != .ignore else { return }
        if isFirst { listener.table.madeFirstRequest(self) }
        listener.trim.count()
        switch action {
        case .readBody, .ignore: break
        case .askForBody:
            context?.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        case .refuse(let reply, let headOnly): refuse(reply, headOnly: headOnly)
        }
    }

    private func scheduleTurn() {
        context?.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(listener.limits.pause)) { [weak self] in
            self?.state.turnCame()
            self?.resume()
        }
    }

    private func reply(to request: ConnectionState.Request) {
        let exchange = request.exchange
        listener.observe(.served(exchange.purpose.route))
        switch exchange.purpose {
        case .fixed(let reply): send(listener.limited(reply, from: origin), exchange)
        case .readiness: report(exchange)
        case .page(let path): ask(for: path, exchange)
        case .click, .dialog:
            let ticket = ReplyTicket(connection: number, request: state.requestCount)
            let outcome =
                exchange.purpose == .click
                ? listener.click(request.body, from: origin, ticket: ticket)
                : listener.dialog(request.body, from: origin, ticket: ticket)
            switch outcome {
            case .reply(let reply): send(reply, exchange)
            case .deciding: state.decisionBegan(at: listener.now)
            }
        }
    }

    /// Sends a page. It is dropped when the request has already had a reply because of the time limit.
    func answer(_ page: CallbackServer.Page, to request: Int) {
        guard let exchange = state.awaitedDecision(of: request) else { return }
        let persistence = state.persistence(after: exchange)
        send(listener.replies.page(page, persistence, headOnly: exchange.isHEAD), persistence)
        resume()
    }

    /// Has a page made. The way of its reply is that of a decision's.
    private func ask(for path: String, _ exchange: Exchange) {
        guard listener.mayProbe(origin) else { return send(.tooMany, exchange) }
        let ticket = ReplyTicket(connection: number, request: state.requestCount)
        guard listener.queue.submit(ClickQueue.Job(call: .page(path), ticket: ticket)) else {
            return send(.unavailable, exchange)
        }
        state.decisionBegan(at: listener.now)
    }

    /// Replies with the plugin's readiness.
    private func report(_ exchange: Exchange) {
        guard listener.mayProbe(origin) else { return send(.tooMany, exchange) }
        let readiness = listener.readiness()
        let persistence = state.persistence(after: exchange)
        let json = listener.showsReasons ? readiness.json : readiness.statusJSON
        let status: StaticString = readiness.problems.isEmpty ? "200 OK" : "503 Service Unavailable"
        send(listener.replies.json(json, status: status, persistence, headOnly: exchange.isHEAD), persistence)
    }

    func send(_ reply: FixedReply, _ exchange: Exchange) {
        let persistence = reply == .tooMany ? .close : state.persistence(after: exchange)
        send(listener.replies.fixed(reply, persistence, headOnly: exchange.isHEAD), persistence)
    }

    private func send(_ json: [UInt8], _ exchange: Exchange) {
        let persistence = state.persistence(after: exchange)
        send(listener.replies.json(json, persistence), persistence)
    }

    private func send(_ buffer: ByteBuffer, _ persistence: Persistence) {
        guard let context else { return }
        var written: EventLoopPromise<Void>?
        if state.replies(persistence, at: listener.now) {
            written = context.eventLoop.makePromise()
            written?.futureResult.assumeIsolated().whenComplete { _ in self.replyLeft() }
        }
        context.write(Self.wrapOutboundOut(buffer), promise: written)
        if persistence == .close { closeAfterWrites() }
    }
}

extension Exchange.Purpose {
    /// The kind of the request, as the metrics count it.
    fileprivate var route: Happening.Route {
        switch self {
        case .click: .click
        case .dialog: .dialog
        case .readiness, .fixed(.alive): .probe
        case .page, .fixed: .other
        }
    }
}
