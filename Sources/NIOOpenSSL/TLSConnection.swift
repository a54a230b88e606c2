import ActionCrypto
import NIOCore

/// A TLS engine with its queues: plaintext to encrypt, ciphertext to send, and plaintext to deliver. It does no I/O and calls
/// no other part, so it is consistent whenever a call re-enters the handler.
struct TLSConnection {
    /// A piece of data, with the promise of the write whose last bytes it contains.
    struct Chunk {
        var bytes: ByteBuffer
        var promise: EventLoopPromise<Void>?
    }

    let engine: TLSEngine
    let allocator: ByteBufferAllocator
    private(set) var isEstablished = false
    /// Whether the peer's close_notify was read.
    private(set) var peerClosed = false
    /// Decrypted bytes that have not been delivered yet.
    var plaintext: ByteBuffer?
    /// Plaintext to encrypt. The mark is behind the last chunk that was flushed.
    private var unsent = MarkedCircularBuffer<Chunk>(initialCapacity: 4)
    /// Ciphertext to send.
    private(set) var ciphertext = CircularBuffer<Chunk>(initialCapacity: 4)

    /// The largest number of bytes of ciphertext in one buffer.
    static let chunkLimit = 256 * 1024
    /// The number of bytes of ciphertext that the engine is fed at a time, so that its input BIO does not grow much larger than
    /// this.
    private static let inputSlice = 16 * 1024
    /// The number of bytes of plaintext that are encrypted at a time. Records add less than 1 % to them.
    private static let outputSlice = 64 * 1024
    /// The number of bytes of ciphertext in the engine above which they are moved to a buffer, so that one more slice stays
    /// within the limit.
    private static let drainLevel = chunkLimit - 2 * outputSlice

    init(engine: TLSEngine, allocator: ByteBufferAllocator) {
        self.engine = engine
        self.allocator = allocator
    }

    /// Begins the handshake. A client makes its first message, and a server waits.
    mutating func start() throws(OpenSSLError) {
        try advance()
    }

    /// Feeds ciphertext to the engine, and continues the handshake or decrypts.
    mutating func receive(_ bytes: ByteBuffer) throws(OpenSSLError) {
        var rest = bytes.readableBytesView
        while !rest.isEmpty, !peerClosed {
            let slice = rest.prefix(Self.inputSlice)
            rest = rest.dropFirst(slice.count)
            let fed: Result<Void, OpenSSLError> = slice.withUnsafeBytes { raw in
                do throws(OpenSSLError) { return .success(try engine.feed(raw)) } catch { return .failure(error) }
            }
            try fed.get()
            try advance()
        }
    }

    /// Continues the handshake, or decrypts and encrypts. The output is drained after a failure too, because it contains the
    /// alert for the peer.
    private mutating func advance() throws(OpenSSLError) {
        do throws(OpenSSLError) {
            if !isEstablished { isEstablished = try engine.handshake() }
            if isEstablished {
                try decrypt()
                try encrypt()
            }
        } catch {
            drain(completing: nil)
            throw error
        }
        drain(completing: nil)
    }

    private mutating func decrypt() throws(OpenSSLError) {
        while engine.mayHavePlaintext, !peerClosed {
            var buffer = plaintext ?? allocator.buffer(capacity: max(engine.pendingInput, 512))
            plaintext = nil
            var outcome: Result<TLSEngine.ReadOutcome, OpenSSLError> = .success(.wantsInput)
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 512) { raw in
                do throws(OpenSSLError) { outcome = .success(try engine.read(into: raw)) } catch { outcome = .failure(error) }
                if case .success(.bytes(let count)) = outcome { return count }
                return 0
            }
            if buffer.readableBytes > 0 { plaintext = buffer }
            switch try outcome.get() {
            case .bytes: continue
            case .wantsInput: return
            case .closed: peerClosed = true
            }
        }
    }
}

extension TLSConnection {
    /// Keeps plaintext until the next flush.
    mutating func enqueue(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        unsent.append(Chunk(bytes: bytes, promise: promise))
    }

    /// Encrypts everything that was enqueued so far. Before the end of the handshake it only marks it, to be encrypted then.
    mutating func flush() throws(OpenSSLError) {
        unsent.mark()
        guard isEstablished else { return }
        do throws(OpenSSLError) {
            try encrypt()
        } catch {
            drain(completing: nil)
            throw error
        }
    }

    private mutating func encrypt() throws(OpenSSLError) {
        while unsent.hasMark, var chunk = unsent.first {
            while chunk.bytes.readableBytes > 0 {
                let taken = try write(chunk.bytes)
                chunk.bytes.moveReaderIndex(forwardBy: taken)
                guard taken > 0 else {
                    // Only a part of a handshake message has arrived. The write continues after the rest of the message.
                    unsent[unsent.startIndex] = chunk
                    return drain(completing: nil)
                }
                if engine.pendingOutput > Self.drainLevel, chunk.bytes.readableBytes > 0 {
                    drain(completing: nil)
                }
            }
            _ = unsent.popFirst()
            // Small writes share a buffer. A write with a promise ends its buffer, so that the promise completes with it.
            if chunk.promise != nil || engine.pendingOutput > Self.drainLevel {
                drain(completing: chunk.promise)
            }
        }
        drain(completing: nil)
    }

    private func write(_ bytes: ByteBuffer) throws(OpenSSLError) -> Int {
        let outcome: Result<Int, OpenSSLError> = bytes.withUnsafeReadableBytes { raw in
            let slice = UnsafeRawBufferPointer(rebasing: raw.prefix(Self.outputSlice))
            do throws(OpenSSLError) { return .success(try engine.write(slice)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    /// Adds a close_notify after everything that was flushed.
    mutating func shutdown() {
        engine.shutdown()
        drain(completing: nil)
    }

    /// Moves the engine's output to a buffer to send.
    private mutating func drain(completing promise: EventLoopPromise<Void>?) {
        let count = engine.pendingOutput
        guard count > 0 || promise != nil else { return }
        var buffer = allocator.buffer(capacity: count)
        if count > 0 {
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { raw in engine.takeOutput(into: raw) }
        }
        ciphertext.append(Chunk(bytes: buffer, promise: promise))
    }

    /// Removes and returns the next buffer to send.
    mutating func nextCiphertext() -> Chunk? { ciphertext.popFirst() }

    /// Drops everything that was not sent, and returns its promises, which the caller has to complete.
    mutating func abandon() -> [EventLoopPromise<Void>] {
        var promises: [EventLoopPromise<Void>] = []
        while let chunk = unsent.popFirst() { if let promise = chunk.promise { promises.append(promise) } }
        while let chunk = ciphertext.popFirst() { if let promise = chunk.promise { promises.append(promise) } }
        return promises
    }
}
