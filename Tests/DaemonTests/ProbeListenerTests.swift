import Access
import CallbackServer
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import Testing

@testable import Check
@testable import Daemon

@Suite("A listener for health probes alone", .timeLimit(.minutes(1)))
struct ProbeListenerTests {
    @Test("If its port is taken it logs that, and neither ends the plugin nor holds up its stop")
    func taken() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let holder = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(holder.localAddress?.port)
        let lines = AsyncStream.makeStream(of: String.self)
        let logger = Logger(label: "test") { _ in Lines(said: lines.continuation) }
        let server = CallbackServer(
            configuration: .init(address: ListenAddress(host: "127.0.0.1", port: port)), group: group, logger: logger,
            verify: { _, _ in .refused(reason: "none") }, readiness: { Readiness() }, decide: { $1(.answer([])) })
        let services = ServiceGroup(
            configuration: .init(services: [.init(service: ProbeListener(server: server, logger: logger))], logger: .silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await services.run() }
            let line = await lines.stream.first { _ in true }
            #expect(line?.contains("[http] listen_addr \"127.0.0.1:\(port)\"") == true)
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        try await holder.close()
    }
}

private struct Lines: LogHandler {
    let said: AsyncStream<String>.Continuation
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.warning

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { said.yield("\(event.message)") }
}
