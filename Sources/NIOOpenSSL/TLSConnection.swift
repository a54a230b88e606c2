import ActionCrypto
import NIOCore

/// The engine with its queues: plaintext to send, ciphertext to put on the wire, plaintext to hand on. Does crypto only,
/// never calls out, so that whoever re-enters the handler finds it consistent.
struct TLSConnection {
    struct Chunk {
        var bytes: ByteBuffer
        var promise: EventLoopPromise<Void>?
    }

    let engine: TLSEngine
    let allocator: ByteBufferAllocator
    private(set) var isEstablished = false
    /// The peer's close_notify was read.
    private(set) var peerClosed = false
    /// Decrypted and not yet handed on.
    var plaintext: ByteBuffer?
    private var unsent = MarkedCircularBuffer<Chunk>(initialCapacity: 4)
    private(set) var ciphertext = CircularBuffer<Chunk>(initialCapacity: 4)

    /// The most ciphertext in one buffer.
    static let chunkLimit = 256 * 1024
    /// Fed in at a time, so that the input BIO never grows past about this.
    private static let inputSlice = 16 * 1024
    /// Encrypted at a time; records add less than 1 % to it.
    private static let outputSlice = 64 * 1024
    /// Drained past this, so that one more slice stays under the limit.
    private static let drainLevel = chunkLimit - 2 * outputSlice

    init(engine: TLSEngine, allocator: ByteBufferAllocator) {
        self.engine = engine
        self.allocator = allocator
    }

    /// The client's first flight.
    mutating func start() throws(OpenSSLError) {
        try advance()
    }

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

    /// Output is drained also after a failure: the alert for the peer is in it.
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
    mutating func enqueue(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        unsent.append(Chunk(bytes: bytes, promise: promise))
    }

    /// Everything enqueued so far is to be sent, once the handshake is done.
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
                    // A handshake message of the peer's is half here: go on when the rest is.
                    unsent[unsent.startIndex] = chunk
                    return drain(completing: nil)
                }
                if engine.pendingOutput > Self.drainLevel, chunk.bytes.readableBytes > 0 {
                    drain(completing: nil)
                }
            }
            _ = unsent.popFirst()
            // Small writes share a buffer; a promise needs the buffer that ends with its bytes.
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

    /// A close_notify after all that was flushed.
    mutating func shutdown() {
        engine.shutdown()
        drain(completing: nil)
    }

    private mutating func drain(completing promise: EventLoopPromise<Void>?) {
        let count = engine.pendingOutput
        guard count > 0 || promise != nil else { return }
        var buffer = allocator.buffer(capacity: count)
        if count > 0 {
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { raw in engine.takeOutput(into: raw) }
        }
        ciphertext.append(Chunk(bytes: buffer, promise: promise))
    }

    mutating func nextCiphertext() -> Chunk? { ciphertext.popFirst() }

    /// The promises of whatever will never be sent.
    mutating func abandon() -> [EventLoopPromise<Void>] {
        var promises: [EventLoopPromise<Void>] = []
        while let chunk = unsent.popFirst() { if let promise = chunk.promise { promises.append(promise) } }
        while let chunk = ciphertext.popFirst() { if let promise = chunk.promise { promises.append(promise) } }
        return promises
    }
}
