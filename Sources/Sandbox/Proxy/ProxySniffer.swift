import ActionCrypto
import NIOCore
import NIOOpenSSL

/// Reads the ClientHello, as a Teleport proxy does. TLS for the auth service is passed on unchanged; other connections go to
/// the web port.
final class ProxySniffer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

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
        guard let message = ClientHello(hello) else { return }
        if let name = proxy.configuration.onlyName, message.serverName != name { return refuse(context) }
        if proxy.configuration.routesTLS, message.protocols.first == routeName {
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

    private var routeName: String {
        let hex = proxy.configuration.clusterName.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "teleport-auth@\(hex).teleport.cluster.local"
    }

    /// Sends a fatal alert as a record (RFC 8446, sections 5.1 and 6) and closes the connection.
    private func refuse(_ context: ChannelHandlerContext) {
        let alert: [UInt8] = [21, 3, 3, 0, 2, 2, proxy.configuration.foreignNameAlert]
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: alert)), promise: nil)
        context.close(promise: nil)
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
