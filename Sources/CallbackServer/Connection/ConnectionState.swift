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
    /// The number of bytes of the body so far, or of everything that arrived while closing.
    var received = 0
    /// Parts of requests that arrived while an earlier reply was due.
    var waiting = CircularBuffer<Part>()
    var inputHasEnded = false
    var closesAfterReply = false
    /// Whether the pipeline asked for a read while nothing more may be read.
    var holdsRead = false
    /// The number of requests that were answered in this turn of the event loop.
    var answeredInTurn = 0
    /// Whether the connection has had its turn and waits for the other connections.
    var waitsForTurn = false
    /// Whether the reply of a decision was written to the channel and has not reached the socket.
    var owesReply = false
    /// Whether ``makesRoom()`` has returned true.
    var hasMadeRoom = false

    /// The number of requests that have begun. It identifies the request to which a decision's reply belongs.
    var requestCount = 0
    /// The time of the last reply, or of the first byte after it.
    var quietSince: NIODeadline
    /// Whether a signed click has come over this connection.
    var hasClicked = false

    init(limits: CallbackServer.Limits, at now: NIODeadline) {
        self.limits = limits
        quietSince = now
        deadline = now + TimeAmount(limits.head)
    }

    var isClosing: Bool { if case .closing = phase { true } else { false } }

    var isDeciding: Bool { if case .deciding = phase { true } else { false } }

    /// Whether no request has been made yet, because the handshake is not finished or was never begun, or because a head is
    /// incomplete.
    var isSilent: Bool { requestCount == 0 && !isClosing }

    /// Whether this connection may be closed for a newcomer. It may not while a decision, or the reply of one, is in flight.
    /// Connections that are being closed are not meant here: the table keeps them in a queue of their own, and chooses them
    /// before all others.
    var isEvictable: Bool {
        switch phase {
        case .idle, .head, .body: !owesReply
        case .deciding, .closing: false
        }
    }

    /// Whether the next part has to wait. On a closing connection nothing waits, because everything that arrives is discarded.
    func isBlocked(isWritable: Bool) -> Bool {
        switch phase {
        case .deciding: true
        case .closing: false
        case .idle, .head, .body: waitsForTurn || !isWritable
        }
    }
}
