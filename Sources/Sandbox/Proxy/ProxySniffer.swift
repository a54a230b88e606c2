import ActionCrypto
import NIOCore
import NIOOpenSSL

/// Looks at the ClientHello, as a proxy does: TLS for the auth service is passed on untouched, the rest is for the web port.
final class ProxySniffer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let proxy: SandboxProxy
    private let tls: TLSContext
    private var hello = ByteBuffer()
    private var pipe: AuthPipe?

    init(_ proxy: SandboxProxy, tls: TLSContext) {
        self.proxy = proxy
        self.tls = tls
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if let pipe { return pipe.send(bytes) }
        hello.writeBuffer(&bytes)
        guard let length = hello.getInteger(at: hello.readerIndex + 3, as: UInt16.self),
            hello.readableBytes >= 5 + Int(length)
        else { return }
        if proxy.configuration.routesTLS, asksForAuth() {
            pipe = AuthPipe(front: context.channel, port: proxy.configuration.authPort)
            pipe?.send(hello)
        } else {
            serveWeb(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        pipe?.close()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// Only the first protocol of the ALPN extension (number 16) counts.
    private func asksForAuth() -> Bool {
        let hex = proxy.configuration.clusterName.utf8.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        let name = Array("teleport-auth@\(hex).teleport.cluster.local".utf8)
        let bytes = Array(hello.readableBytesView)
        guard let found = bytes.firstRange(of: name), found.lowerBound >= 7 else { return false }
        let head = bytes[(found.lowerBound - 7)..<found.lowerBound]
        return head.prefix(2) == [0, 16] && head.last == UInt8(name.count)
    }

    private func serveWeb(_ context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        let handler = TLSHandler(context: tls, role: .server, on: context.eventLoop)
        do {
            try pipeline.addHandlers([handler, ProxyWeb(proxy)], position: .after(self))
        } catch {
            return context.close(promise: nil)
        }
        context.fireChannelRead(wrapInboundOut(hello))
        context.fireChannelReadComplete()
        pipeline.removeHandler(context: context, promise: nil)
    }
}
