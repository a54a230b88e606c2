import ActionCrypto

/// Feeds records to the TLS engine. The first byte selects how: 0 feeds the server and 1 feeds the client as they are. 2 and 3
/// make a real connection and change the bytes to the server (2) or to the client (3). A change is three bytes: the position in
/// two bytes, and the value that is XORed.
func fuzzTLS(_ input: UnsafeRawBufferPointer) {
    guard let mode = input.first else { return }
    let rest = Array(input.dropFirst())
    let pair = Pair()
    switch mode & 3 {
    case 0: Pair.drive(pair.server, feeding: rest)
    case 1: Pair.drive(pair.client, feeding: rest)
    case let side: pair.converse(changing: rest, toServer: side == 2)
    }
}

/// A client and a server that trust each other.
struct Pair {
    static let text = Array(repeating: UInt8(ascii: "x"), count: 300)
    private static let contexts = known {
        let identity = try SelfSigned.identity(names: ["localhost"])
        return (
            server: try TLSContext.server(identity: identity, alpn: ["http/1.1"]),
            client: try TLSContext.client(identity: nil, alpn: ["http/1.1"], trust: .certificates(identity.certificateChain))
        )
    }

    let server = known { try TLSEngine(context: Pair.contexts.server, role: .server) }
    let client = known { try TLSEngine(context: Pair.contexts.client, role: .client(serverName: "localhost")) }

    /// Checks that bytes which belong to no handshake never complete one.
    static func drive(_ engine: TLSEngine, feeding bytes: [UInt8]) {
        _ = try? engine.handshake()
        var side = Side(engine: engine)
        side.take(bytes)
        must(!side.isOpen && side.received.isEmpty, "a handshake with nobody")
    }

    /// Checks that the received text is a start of the sent text, whatever is done to the records.
    func converse(changing script: [UInt8], toServer: Bool) {
        var changes = Changes(script)
        var (left, right) = (Side(engine: client), Side(engine: server))
        left.take([])
        var rounds = 0
        var hasSpoken = false
        while rounds < 20 {
            rounds += 1
            let up = left.output
            right.take(toServer ? changes.applied(to: up) : up)
            let down = right.output
            left.take(toServer ? down : changes.applied(to: down))
            if !hasSpoken, left.isOpen, right.isOpen {
                hasSpoken = true
                left.say(Self.text)
                right.say(Self.text)
            } else if up.isEmpty, down.isEmpty {
                break
            }
        }
        for side in [left, right] { must(Self.text.starts(with: side.received), "bytes that nobody sent") }
        must(changes.count > 0 || left.received.count + right.received.count == 2 * Self.text.count, "bytes were lost")
    }

    /// One engine of a connection. It is driven until it needs more input or fails.
    struct Side {
        let engine: TLSEngine
        var isOpen = false
        var hasFailed = false
        var received: [UInt8] = []

        var output: [UInt8] {
            [UInt8](unsafeUninitializedCapacity: engine.pendingOutput) { buffer, taken in
                taken = engine.takeOutput(into: UnsafeMutableRawBufferPointer(buffer))
            }
        }

        init(engine: TLSEngine) { self.engine = engine }

        mutating func take(_ bytes: [UInt8]) {
            guard !hasFailed else { return }
            do {
                try bytes.withUnsafeBytes { try engine.feed($0) }
                if !isOpen { isOpen = try engine.handshake() }
                var buffer = [UInt8](repeating: 0, count: 512)
                while isOpen, case .bytes(let count) = try buffer.withUnsafeMutableBytes({ try engine.read(into: $0) }) {
                    received += buffer[..<count]
                }
            } catch {
                hasFailed = true
            }
        }

        func say(_ text: [UInt8]) { _ = try? text.withUnsafeBytes { try engine.write($0) } }
    }

    /// Changes to the bytes of a stream. Positions are counted from the start of the whole stream.
    struct Changes {
        private let script: [Int: UInt8]
        private var position = 0
        private(set) var count = 0

        init(_ bytes: [UInt8]) {
            script = stride(from: 0, to: max(0, bytes.count - 2), by: 3).reduce(into: [:]) { script, start in
                script[Int(bytes[start]) << 8 | Int(bytes[start + 1])] = bytes[start + 2]
            }
        }

        mutating func applied(to bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            for index in bytes.indices {
                guard let mask = script[position + index], mask != 0 else { continue }
                bytes[index] ^= mask
                count += 1
            }
            position += bytes.count
            return bytes
        }
    }
}
