import NIOCore

/// The state of one TLS channel, without OpenSSL, sockets or timers. Each event is a method that returns the action which
/// ``TLSHandler`` has to take; the handler tells it of a time limit as of any other event.
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
/// Within `open` the input and the output end apart: the peer's close_notify or FIN ends the input, a half-close ends the output.
/// The end of the input waits until the bytes before it were delivered.
struct TLSState: Sendable {
    private enum Phase: Equatable {
        case idle
        case handshaking
        case open(Open)
        /// Our close_notify or alert is sent. What the peer still sends is discarded until its end, or a limit.
        case lingering(discarded: Int)
        case closed
    }

    private struct Open: Equatable {
        var input = Input.open
        /// Our close_notify is sent, and the peer may go on sending.
        var outputClosed = false
    }

    private enum Input {
        case open
        /// The peer's end was received and not delivered.
        case ended
        case delivered
    }

    /// The most bytes that a peer may send while the channel lingers.
    static let lingerBytes = 256 * 1024

    private var phase = Phase.idle
    /// The pipeline asked for bytes and got none since.
    private var readWanted = false
    /// A read of the handler's own waits until the channel is writable.
    private var readDeferred = false
    /// Plaintext was delivered since the last end of a read.
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
    /// The channel is active. True when the handshake is to begin.
    mutating func activated() -> Bool {
        guard phase == .idle else { return false }
        phase = .handshaking
        return true
    }

    /// The engine has no further part of the handshake to do. True when the handshake ended just now.
    mutating func established() -> Bool {
        guard phase == .handshaking else { return false }
        phase = .open(Open())
        return true
    }

    enum OnCiphertext: Equatable {
        case decrypt
        case discard
        /// The peer sent too much while the channel lingers: call ``TLSState/finish()``.
        case finish
    }

    /// Bytes arrived from the peer.
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
        /// The output was closed before.
        case failOutputClosed
        /// The channel is closing or closed.
        case fail
    }

    /// The pipeline writes plaintext.
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
    /// The pipeline asks for bytes.
    mutating func readRequested() { readWanted = true }

    /// Held bytes answered a read. True when the channel is to be read all the same: auto-read repeats only reads that the channel
    /// itself has completed.
    mutating func readAnswered(autoRead: Bool) -> Bool {
        guard autoRead, phase != .closed else { return false }
        readWanted = true
        return true
    }

    /// Whether plaintext that was decrypted just now may be delivered. Bytes that follow in the same burst belong to the same read.
    var mayDeliver: Bool { readWanted || deliveredPlaintext }

    /// Held plaintext can be delivered. True when it is delivered now, which answers the read.
    mutating func deliverPlaintext() -> Bool {
        guard case .open = phase else { return false }
        (deliveredPlaintext, readWanted) = (true, false)
        return true
    }

    /// The peer's close_notify or FIN was received. True when the delivery is to be tried now, false when it waits for a reader.
    mutating func inputEnded(holdsPlaintext: Bool) -> Bool {
        guard case .open(var open) = phase, open.input == .open else { return false }
        open.input = .ended
        phase = .open(open)
        return !holdsPlaintext || readWanted
    }

    /// True once, when the peer's end is to be delivered.
    mutating func deliverEnd() -> Bool {
        guard case .open(var open) = phase, open.input == .ended else { return false }
        open.input = .delivered
        phase = .open(open)
        return true
    }

    /// True when plaintext was delivered since the last call, so that the end of the read is to be told.
    mutating func completeDelivery() -> Bool {
        defer { deliveredPlaintext = false }
        return deliveredPlaintext
    }

    /// A read of the channel was completed. True when the handler reads on by itself: during the handshake, while lingering, and when
    /// the read gave no plaintext. Records that only cause answers are not read faster than the answers can be sent.
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

    /// The channel is writable. True when a read was deferred until now.
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
        /// The channel is closing already: complete with the close that goes on.
        case join
        /// Send the close_notify and close the output of the channel.
        case shutDownOutput
        /// The output is closed already.
        case failOutputClosed
        case succeed
        /// There is no TLS connection to close: pass the call on.
        case passOn
    }

    /// The pipeline closes the channel, or its output.
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
        /// Half-close the channel, and read and discard until the peer ends too or a limit is reached.
        case halfClose
        /// The peer has ended already: call ``TLSState/finish()``.
        case finish
        /// The channel is closing already.
        case join
    }

    /// The connection is over, and all that the peer shall still get was sent. Neither an alert nor the last answer may be lost to a
    /// reset, which is what closing a socket with unread input causes.
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

    /// A lingering channel has waited long enough. True when it is to be closed now.
    mutating func finish() -> Bool {
        guard case .lingering = phase else { return false }
        phase = .closed
        return true
    }

    enum OnInputClosed: Equatable {
        /// The handshake cannot end any more.
        case fail
        /// Call ``TLSState/inputEnded(holdsPlaintext:)``.
        case endInput
        /// Call ``TLSState/finish()``.
        case finish
        case ignore
    }

    /// The peer closed its side of the connection with a FIN.
    func inputClosed() -> OnInputClosed {
        switch phase {
        case .handshaking: .fail
        case .open: .endInput
        case .lingering: .finish
        case .idle, .closed: .ignore
        }
    }

    /// Whether bytes that nobody asked for are delivered before the end of the channel, so that they are not lost.
    var deliversRest: Bool { if case .open = phase { true } else { false } }

    /// The channel is inactive, or the handler was removed. True when that ended a handshake.
    mutating func ended() -> Bool {
        defer { phase = .closed }
        return phase == .handshaking
    }

    /// Whether the channel was closed to the end.
    var isClosed: Bool { phase == .closed }
}
