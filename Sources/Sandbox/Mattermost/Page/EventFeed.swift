import Hummingbird
import NIOCore

/// Server-Sent Events. Each has the complete state, so a client that connects later or again needs no earlier ones.
struct EventFeed: Sendable {
    /// The bells that ring on a change.
    let bells: [ChangeBell]
    let snapshot: @Sendable () -> JSON

    /// After this time without a change a comment is sent, so that a dead connection is noticed.
    private static let interval = Duration.seconds(5)

    /// Writes events until the connection ends.
    func write(to writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(string: "retry: 500\n\n"))
        let (ticks, ticker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        async let _ = forwardAll(to: ticker)
        async let _ = tick(ticker)
        var last: [UInt8] = []
        for await _ in ticks {
            let state = snapshot().goEncoded
            if state == last {
                try await writer.write(ByteBuffer(string: ":\n\n"))
            } else {
                try await writer.write(ByteBuffer(bytes: Array("data: ".utf8) + state + Array("\n\n".utf8)))
                last = state
            }
        }
    }

    private func forwardAll(to ticker: AsyncStream<Void>.Continuation) async {
        await withDiscardingTaskGroup { group in
            for bell in bells {
                group.addTask { for await _ in bell.changes() { ticker.yield() } }
            }
        }
    }

    private func tick(_ ticker: AsyncStream<Void>.Continuation) async {
        while (try? await Task.sleep(for: Self.interval)) != nil { ticker.yield() }
        ticker.finish()
    }
}
