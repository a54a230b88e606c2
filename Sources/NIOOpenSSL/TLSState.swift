import NIOCore

/// The state of one TLS channel, without OpenSSL, sockets or timers. Each event is a method that returns the action which
/// ``TLSHandler`` has to take. The passing of a time limit is such an event too.
///
/// ```
///          active              established             close, failure
///   idle ─────────▶ handshaking ───────────▶ open ───────────────────▶ lingering
///    │                │  │ failure, time limit │                        ▲    │
///    │                │  └─────────────────────│────────────────────────┘    │ peer's end, 1 s,
///    │ inactive       │ inactive               │ inactive                    │ or 256 KiB
///    └────────────────┴────────────────────────┴────────▶ closed ◀───────────┘
/// ```
///
/// Within `open`, input and output end independently: the peer's close_notify or FIN ends the input, a half-close ends the
/// output. The end of the input is not delivered before the bytes that precede it.
struct TLSState: Sendable {
    private enum Phase: Equatable {
        case idle
        case handshaking
        case open(Open)
        /// Our close_notify or alert has been sent. Data that the peer still sends is discarded until the peer closes its side,
        /// or a limit is reached.
        case lingering(discarded: Int)
        case closed
    }

    private struct Open: Equatable {
        var input = Input.open
        /// Whether our close_notify has been sent. The peer may continue to send.
        var outputClosed = false
    }

    private enum Input {
        case open
        /// The end of the peer's data was received and has not been delivered.
        case ended
        case delivered
    }

    /// The largest number of bytes that a peer may send while the channel lingers.
    static let lingerBytes = 256 * 1024

    private var phase = Phase.idle
    /// Whether the pipeline has asked for bytes and has got none since.
    private var readWanted = false
    /// Whether a read of the handler's own waits until the channel is writable.
    private var readDeferred = false
    /// Whether plaintext was delivered since the last `channelReadComplete`.
    private var deliveredPlaintext = false

    var isHandshaking: Bool { phase == .handshaking }

    /// Whether the engine may still be used.
    var usesEngine: Bool {
        switch phase {
        case .idle, .handshaking, .open: true
        case .lingering, .closed: false
        }
    }
}

// MARK: - Handshake and ciphertext

extension TLSState {
    /// Records that the channel is active. Returns true when the handshake has to begin.
    mutating func activated() -> Bool {
        guard phase == .idle else { return false }
        phase = .handshaking
        return true
    }

    /// Records that the engine has finished the handshake. Returns true when it finished just now.
    mutating func established() -> Bool {
        guard phase == .handshaking else { return false }
        phase = .open(Open())
        return true
    }

    enum OnCiphertext: Equatable {
        case decrypt
        case discard
        /// Call ``TLSState/finish()``, because the peer sent too much while the channel lingers.
        case finish
    }

    /// Records that bytes arrived from the peer.
    mutating func received(bytes count: Int) -> OnCiphertext {
        switch phase {
        case .handshaking, .open: return .decrypt
        case .idle, .closed: return .discard
        case .lingering(let discarded):
            phase = .lingering(discarded: discarded + count)
            return discarded + count > Self.lingerBytes ? .finish : .discard
        }
    }

    enum OnWrite: Equatable {
        case encrypt
        /// Fail the write, because the output has been closed.
        case failOutputClosed
        /// Fail the write, because the channel is closing or closed.
        case fail
    }

    /// Returns what to do with plaintext that the pipeline writes.
    func write() -> OnWrite {
        switch phase {
        case .idle, .handshaking: .encrypt
        case .open(let open): open.outputClosed ? .failOutputClosed : .encrypt
        case .lingering, .closed: .fail
        }
    }
}

// MARK: - Reading and delivery

extension TLSState {
    /// Records that the pipeline asks for bytes.
    mutating func readRequested() { readWanted = true }

    /// Records that held bytes have answered a read. Returns true when the channel has to be read all the same. With auto-read
    /// it has to, because NIO repeats only reads that the channel itself has completed.
    mutating func readAnswered(autoRead: Bool) -> Bool {
        guard autoRead, phase != .closed else { return false }
        readWanted = true
        return true
    }

    /// Whether plaintext that was decrypted just now may be delivered. Bytes that follow in the same burst belong to the same
    /// read.
    var mayDeliver: Bool { readWanted || deliveredPlaintext }

    /// Whether held plaintext is delivered now. If it is, the read of the pipeline counts as answered.
    mutating func deliverPlaintext() -> Bool {
        guard case .open = phase else { return false }
        (deliveredPlaintext, readWanted) = (true, false)
        return true
    }

    /// Records that the peer's close_notify or FIN was received. Returns true when it may be delivered now, and false when it
    /// has to wait for a reader.
    mutating func inputEnded(holdsPlaintext: Bool) -> Bool {
        guard case .open(var open) = phase, open.input == .open else { return false }
        open.input = .ended
        phase = .open(open)
        return !holdsPlaintext || readWanted
    }

    /// Returns true once, when the end of the peer's data has to be delivered.
    mutating func deliverEnd() -> Bool {
        guard case .open(var open) = phase, open.input == .ended else { return false }
        open.input = .delivered
        phase = .open(open)
        return true
    }

    /// Returns true when plaintext was delivered since the last call, so that a `channelReadComplete` has to be fired.
    mutating func completeDelivery() -> Bool {
        defer { deliveredPlaintext = false }
        return deliveredPlaintext
    }

    /// Records that a read of the channel was completed. Returns true when the handler has to read again by itself: during the
    /// handshake, while lingering, and when the read yielded no plaintext. In the last case it waits until the channel is
    /// writable, so that records which only cause answers are not read faster than the answers can be sent.
    mutating func readCompleted(isWritable: Bool) -> Bool {
        switch phase {
        case .handshaking, .lingering: return true
        case .open(let open):
            guard readWanted, open.input == .open else { return false }
            if !isWritable { readDeferred = true }
            return isWritable
        case .idle, .closed: return false
        }
    }

    /// Records that the channel is writable. Returns true when a read was deferred until now.
    mutating func becameWritable() -> Bool {
        defer { readDeferred = false }
        return readDeferred
    }
}

// MARK: - Closing

extension TLSState {
    enum OnClose: Equatable {
        /// Send the close_notify and whatever was flushed, then linger.
        case shutDown
        /// Complete the promise together with the close that is in progress.
        case join
        /// Send the close_notify and close the output of the channel.
        case shutDownOutput
        /// Fail the promise, because the output is closed already.
        case failOutputClosed
        case succeed
        /// Pass the call on, because there is no TLS connection to close.
        case passOn
    }

    /// Returns what to do when the pipeline closes the channel, or its output.
    mutating func close(_ mode: CloseMode) -> OnClose {
        switch (mode, phase) {
        case (.all, .open): return .shutDown
        case (.all, .lingering): return .join
        case (.output, .open(var open)):
            guard !open.outputClosed else { return .failOutputClosed }
            open.outputClosed = true
            phase = .open(open)
            return .shutDownOutput
        case (.output, .lingering): return .succeed
        default: return .passOn
        }
    }

    enum OnLinger: Equatable {
        /// Half-close the channel, and read and discard until the peer closes its side or a limit is reached.
        case halfClose
        /// Call ``TLSState/finish()``, because the peer has closed its side already.
        case finish
        /// The channel is closing already.
        case join
    }

    /// Records that the connection is over and that everything for the peer has been sent. The channel is not closed at once,
    /// because closing a socket with unread input causes a reset, and the peer could lose an alert or the last answer by that.
    mutating func linger() -> OnLinger {
        var peerHasEnded = false
        switch phase {
        case .lingering, .closed: return .join
        case .idle, .handshaking: break
        case .open(let open): peerHasEnded = open.input != .open
        }
        phase = .lingering(discarded: 0)
        return peerHasEnded ? .finish : .halfClose
    }

    /// Ends the wait of a lingering channel. Returns true when the channel has to be closed now.
    mutating func finish() -> Bool {
        guard case .lingering = phase else { return false }
        phase = .closed
        return true
    }

    enum OnInputClosed: Equatable {
        /// Fail the connection, because the handshake can no longer be completed.
        case fail
        /// Call ``TLSState/inputEnded(holdsPlaintext:)``.
        case endInput
        /// Call ``TLSState/finish()``.
        case finish
        case ignore
    }

    /// Returns what to do when the peer has closed its side of the connection with a FIN.
    func inputClosed() -> OnInputClosed {
        switch phase {
        case .handshaking: .fail
        case .open: .endInput
        case .lingering: .finish
        case .idle, .closed: .ignore
        }
    }

    /// Whether held bytes have to be delivered before the end of the channel although nobody has asked for them, so that they
    /// are not lost.
    var deliversRest: Bool { if case .open = phase { true } else { false } }

    /// Records that the channel is inactive or the handler was removed. Returns true when that ended a handshake.
    mutating func ended() -> Bool {
        defer { phase = .closed }
        return phase == .handshaking
    }

    /// Whether the channel is completely closed.
    var isClosed: Bool { phase == .closed }
}
