import ActionCrypto
import TestSupport

/// A client engine and a server engine, connected in memory.
struct EnginePair {
    let client: TLSEngine
    let server: TLSEngine

    init(client: TLSContext, server: TLSContext, name: String = Certificates.authServerName) throws {
        self.client = try TLSEngine(context: client, role: .client(serverName: name))
        self.server = try TLSEngine(context: server, role: .server)
    }

    /// Makes contexts like those of the Watcher and of the sandbox.
    init(
        client identity: TLSIdentity? = nil, server: TLSIdentity? = nil, clientALPN: [String] = [], serverALPN: [String] = [],
        name: String = Certificates.authServerName, trust: [UInt8]? = nil
    ) throws {
        let certificates = try Certificates.shared()
        try self.init(
            client: .client(
                identity: identity, alpn: clientALPN, trust: .certificates(trust ?? certificates.teleportCA)),
            server: .server(
                identity: server ?? certificates.teleportServer, alpn: serverALPN, clientTrust: certificates.teleportCA),
            name: name)
    }

    struct Outcome {
        var client: Result<Bool, OpenSSLError> = .success(false)
        var server: Result<Bool, OpenSSLError> = .success(false)

        var clientError: OpenSSLError? { if case .failure(let error) = client { error } else { nil } }
        var serverError: OpenSSLError? { if case .failure(let error) = server { error } else { nil } }
        var isDone: Bool { (try? client.get()) == true && (try? server.get()) == true }
    }

    /// Passes ciphertext in both directions, `chunk` bytes at a time, until neither engine has output.
    func handshake(chunk: Int = .max) -> Outcome {
        var outcome = Outcome()
        var moved = true
        while moved {
            moved = false
            outcome.client = step(client, outcome.client)
            moved = pass(from: client, to: server, chunk: chunk) { outcome.server = step(server, outcome.server) } || moved
            moved = pass(from: server, to: client, chunk: chunk) { outcome.client = step(client, outcome.client) } || moved
        }
        return outcome
    }

    private func step(_ engine: TLSEngine, _ before: Result<Bool, OpenSSLError>) -> Result<Bool, OpenSSLError> {
        guard case .success(false) = before else { return before }
        do throws(OpenSSLError) { return .success(try engine.handshake()) } catch { return .failure(error) }
    }

    private func pass(from: TLSEngine, to: TLSEngine, chunk: Int, after: () -> Void) -> Bool {
        let bytes = from.takeAll()
        var rest = bytes[...]
        while !rest.isEmpty {
            let slice = rest.prefix(chunk)
            rest = rest.dropFirst(slice.count)
            try? to.feed(slice)
            after()
        }
        return !bytes.isEmpty
    }

    /// Passes all output of one engine to the other.
    func forward(from: TLSEngine, to: TLSEngine) throws { try to.feed(from.takeAll()[...]) }
}

extension TLSEngine {
    func takeAll() -> [UInt8] {
        let count = pendingOutput
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, taken in
            taken = takeOutput(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    func feed(_ bytes: ArraySlice<UInt8>) throws {
        try bytes.withUnsafeBytes { try feed($0) }
    }

    func write(_ bytes: [UInt8]) throws -> Int { try bytes.withUnsafeBytes { try write($0) } }

    /// Reads all plaintext that is available, and returns it with the last outcome.
    func readAll() throws -> (bytes: [UInt8], end: ReadOutcome) {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let outcome = try buffer.withUnsafeMutableBytes { try read(into: $0) }
            guard case .bytes(let count) = outcome else { return (all, outcome) }
            all += buffer[..<count]
        }
    }
}
