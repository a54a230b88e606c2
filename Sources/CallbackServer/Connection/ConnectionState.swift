import NIOCore
import NIOHTTP1

/// The state of one connection, without any I/O. Each event is a method that takes the time of the event where time matters,
/// and returns the action that ``ConnectionHandler`` has to take.
///
/// ```
///             first byte         end of head         end of a signed click
///   ┌──▶ idle ──────────▶ head ─────────────▶ body ──────────────────────▶ deciding
///   │                                          │ end of another request       │ decision, time limit
///   │   the connection stays open              ▼                              ▼
///   └─────────────────────────────────────── reply ◀──────────────────────────┘
///                                              │ the connection closes
///                                              ▼
///   idle, head, body ───────────────────▶ closing ◀────────────────────── deciding
///        time limit, refusal, shutdown           the client does not read, or the channel fails
/// ```
///
/// Requests are answered one at a time and in order. Parts of later requests wait while a decision is pending, while the client
/// does not read its replies, and while other connections have their turn.
struct ConnectionState {
    typealias Part = HTTPServerRequestPart

    enum Phase {
        /// No byte of the next request has arrived.
        case idle
        /// A part of a head has arrived.
        case head
        /// The head is complete, the body is not.
        case body(Exchange)
        /// The request is complete and waits for the decision on its click.
        case deciding(Exchange)
        /// No further reply follows. What still arrives is counted and discarded.
        case closing
    }

    let limits: CallbackServer.Limits
    var phase = Phase.idle
    /// The time at which the phase ends by itself.
    var deadline: NIODeadline
    var requestDeadline = NIODeadline.distantFuture
    /// The time at which replies that the client does not read cost it the connection.
    var stallDeadline = NIODeadline.distantFuture
    var body: ByteBuffer?
    /// Bytes of the body so far, or of anything that arrived while closing.
    var received = 0
    /// Parts of requests that arrived while an earlier reply was due.
    var waiting = CircularBuffer<Part>()
    var inputHasEnded = false
    var closesAfterReply = false
    /// A read that the pipeline asked for while nothing more may be read.
    var holdsRead = false
    /// Requests that were answered in this turn of the event loop.
    var answeredInTurn = 0
    /// The connection has had its turn, and others have theirs.
    var waitsForTurn = false
    /// The reply of a decision was written and has not reached the socket.
    var owesReply = false
    var hasMadeRoom = false

    /// The number of requests that began. It names the request that a decision's reply is for.
    var requestCount = 0
    /// The time of the last reply, or of the first byte after it.
    var quietSince: NIODeadline
    /// Whether a signed click came over this connection.
    var hasClicked = false

    init(limits: CallbackServer.Limits, at now: NIODeadline) {
        self.limits = limits
        quietSince = now
        deadline = now + TimeAmount(limits.head)
    }

    var isClosing: Bool { if case .closing = phase { true } else { false } }

    var isDeciding: Bool { if case .deciding = phase { true } else { false } }

    /// Whether no request has been made yet: a handshake is going on or was never begun, or a head does not end.
    var isSilent: Bool { requestCount == 0 && !isClosing }

    /// Whether a newcomer may have this connection's place. Never while a decision, or the reply of one, is on its way.
    /// Connections that are being closed are chosen before all others, by another way.
    var isEvictable: Bool {
        switch phase {
        case .idle, .head, .body: !owesReply
        case .deciding, .closing: false
        }
    }

    /// Whether the next part has to wait. A closing connection does not wait: what arrives is discarded.
    func isBlocked(isWritable: Bool) -> Bool {
        switch phase {
        case .deciding: true
        case .closing: false
        case .idle, .head, .body: waitsForTurn || !isWritable
        }
    }
}
