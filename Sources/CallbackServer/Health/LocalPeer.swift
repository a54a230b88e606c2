import Base
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finds out in the kernel's table of sockets which user runs the process at the other end of a loopback connection.
///
/// A loopback address alone does not prove that the operator asks, because a proxy on the same machine connects from loopback
/// too, and may pass on requests without marking them. A proxy runs as another user, though.
enum LocalPeer {
    /// Whether the peer's process runs as root or as the user of this process. Both can read the configuration anyway.
    static func isOperator(_ peer: SocketAddress?, of local: SocketAddress?) -> Bool {
        guard let peer, let local, let from = Endpoint(peer), let to = Endpoint(local), from.address.isLoopback else {
            return false
        }
        for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
            guard let owner = owner(of: from, to: to, in: read(table)) else { continue }
            return owner == 0 || owner == geteuid()
        }
        return false
    }

    struct Endpoint: Equatable {
        var address: IPAddress
        var port: Int

        init(address: IPAddress, port: Int) { (self.address, self.port) = (address, port) }

        init?(_ address: SocketAddress) {
            guard let text = address.ipAddress, let ip = IPAddress(text), let port = address.port else { return nil }
            self.init(address: ip, port: port)
        }

        /// Parses an endpoint of proc(5), such as `0100007F:1F90`: words of four bytes in the machine's byte order, and the
        /// port.
        fileprivate init?(hexadecimal text: Substring) {
            let parts = text.split(separator: ":")
            guard parts.count == 2, let port = Int(parts[1], radix: 16), [8, 32].contains(parts[0].utf8.count) else {
                return nil
            }
            var bytes: [UInt8] = []
            var rest = parts[0]
            while !rest.isEmpty {
                guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
                withUnsafeBytes(of: word) { bytes += $0 }
                rest = rest.dropFirst(8)
            }
            self.init(address: IPAddress(bytes: bytes), port: port)
        }
    }

    /// Returns the user of the socket from `from` to `to`, in a table as proc(5) describes it.
    static func owner(of from: Endpoint, to: Endpoint, in table: String) -> uid_t? {
        for line in table.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: " ", maxSplits: 8, omittingEmptySubsequences: true)
            guard columns.count > 7, Endpoint(hexadecimal: columns[1]) == from, Endpoint(hexadecimal: columns[2]) == to else {
                continue
            }
            return uid_t(columns[7])
        }
        return nil
    }

    /// Reads at most 1 MiB of a table, which is about 6,000 connections. A peer after that is not found.
    private static func read(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 1 << 20 {
            let count = chunk.withUnsafeMutableBytes { readBytes(descriptor, $0) }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
            Musl.read(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }
}
