import Hummingbird
import NIOCore

/// Server-Sent Events, each with the whole state: whoever comes late or comes back needs no history.
struct EventFeed: Sendable {
    let bell: ChangeBell
    let snapshot: @Sendable () -> JSON

    /// Teleport's side rings no bell: it is looked at this often.
    private static let interval = Duration.milliseconds(250)
    /// Unchanged states after which a comment is sent, so that a dead connection is noticed.
    private static let quietLimit = 40

    /// Writes until the connection ends.
    func write(to writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(string: "retry: 500\n\n"))
        let (ticks, ticker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        async let _ = forward(to: ticker)
        async let _ = tick(ticker)
        var last: [UInt8] = []
        var quiet = 0
        for await _ in ticks {
            let state = snapshot().goEncoded
            quiet = state == last ? quiet + 1 : 0
            if state != last {
                try await writer.write(ByteBuffer(bytes: Array("data: ".utf8) + state + Array("\n\n".utf8)))
                last = state
            } else if quiet.isMultiple(of: Self.quietLimit) {
                try await writer.write(ByteBuffer(string: ":\n\n"))
            }
        }
    }

    private func forward(to ticker: AsyncStream<Void>.Continuation) async {
        for await _ in bell.changes() { ticker.yield() }
    }

    private func tick(_ ticker: AsyncStream<Void>.Continuation) async {
        while (try? await Task.sleep(for: Self.interval)) != nil { ticker.yield() }
        ticker.finish()
    }
}
