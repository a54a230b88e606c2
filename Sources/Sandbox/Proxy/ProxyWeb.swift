import ActionCrypto
import Base
import NIOCore

/// The web port after TLS. It serves `/webapi/find` and connection upgrades to the auth service.
final class ProxyWeb: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let proxy: SandboxProxy
    private var head = ByteBuffer()
    private var frames: ProxyFrames?
    private var pipe: AuthPipe?

    init(_ proxy: SandboxProxy) { self.proxy = proxy }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard frames == nil else { return forward(bytes) }
        head.writeBuffer(&bytes)
        let view = head.readableBytesView
        guard let end = view.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        answer(String(decoding: view[..<end.lowerBound], as: UTF8.self), context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        context.write(wrapOutboundOut(frames?.encode(bytes) ?? bytes), promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        pipe?.close()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ request: String, _ context: ChannelHandlerContext) {
        let lines = request.split(separator: "\r\n")
        switch lines.first?.split(separator: " ").dropFirst().first {
        case "/webapi/find": reply("200 OK", body: find, context)
        case "/webapi/connectionupgrade":
            let offered = values("upgrade", lines)
            guard let kind = offered.first(where: proxy.configuration.upgrades.contains) else {
                return reply("404 Not Found", body: "", context)
            }
            upgrade(to: kind, key: values("sec-websocket-key", lines).first ?? "", context)
        default: reply("404 Not Found", body: "", context)
        }
    }

    private func values(_ name: String, _ lines: [Substring]) -> [String] {
        lines.compactMap { line in
            let parts = line.split(separator: ": ", maxSplits: 1)
            return parts.count == 2 && parts[0].lowercased() == name ? String(parts[1]) : nil
        }
    }

    /// The answer of `/webapi/find` in this version. Version 7 and older say nothing about TLS routing.
    private var find: String {
        let configuration = proxy.configuration
        let major = configuration.version.split(separator: ".").first.flatMap { Int($0) } ?? 0
        let routing = major < 8 ? "" : #","tls_routing_enabled":\#(configuration.routesTLS)"#
        return #"{"auth":{},"proxy":{"kube":{"enabled":false},"ssh":{"tunnel_listen_addr":"127.0.0.1:3024"}\#(routing)},"#
            + #""server_version":"\#(configuration.version)","min_client_version":"6.0.0"}"#
    }

    private func reply(_ status: String, body: String, _ context: ChannelHandlerContext) {
        let text = "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        context.close(promise: nil)
    }

    private func upgrade(to kind: String, key: String, _ context: ChannelHandlerContext) {
        var lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: \(kind)", "Connection: Upgrade"]
        if kind == "websocket", let proof = try? SHA1.hash(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11") {
            lines += ["Sec-WebSocket-Accept: \(Base64.standard.encode(proof))", "Sec-WebSocket-Protocol: alpn-ping"]
        }
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        let frames = ProxyFrames(kind)
        context.writeAndFlush(wrapOutboundOut(frames.ping), promise: nil)
        self.frames = frames
        pipe = AuthPipe(front: context.channel, port: proxy.configuration.authPort)
    }

    private func forward(_ bytes: ByteBuffer) {
        guard let taken = frames?.decode(bytes) else { return }
        pipe?.send(taken.payload)
        if taken.pongs > 0 { proxy.pongs.update { $0 += taken.pongs } }
    }
}
