import Glibc
import NIOCore
import NIOPosix

/// The error for a host that has no address.
struct UnknownHost: Error, CustomStringConvertible {
    /// The words of `gai_strerror`.
    let reason: String

    var description: String { reason }
}

/// Finds the addresses of a host by `getaddrinfo`, in its order, on a thread that waits for that. NIO's own resolver would start
/// libdispatch's threads for it, which wake each second from then on. It is used for one connection.
final class HostResolver: Resolver, Sendable {
    /// The thread that waits. It starts with the first name.
    private static let threads = {
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        return threads
    }()

    private let v4: EventLoopPromise<[SocketAddress]>
    private let v6: EventLoopPromise<[SocketAddress]>

    init(on loop: any EventLoop) {
        v4 = loop.makePromise()
        v6 = loop.makePromise()
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { v4.futureResult }

    /// Begins the query for addresses of both kinds, because NIO asks for these first.
    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        if let address = try? SocketAddress(ipAddress: host, port: port) {
            give(.success([address]))
        } else {
            Self.threads.submit { _ in self.give(Self.addresses(of: host, port)) }
        }
        return v6.futureResult
    }

    /// A query that waits cannot be stopped. Its result is dropped.
    func cancelQueries() {}

    private func give(_ found: Result<[SocketAddress], any Error>) {
        // NIO takes the results of both kinds in the same turn of the loop.
        v4.futureResult.eventLoop.execute {
            self.v6.completeWith(found.map { $0.filter { $0.protocol == .inet6 } })
            self.v4.completeWith(found.map { $0.filter { $0.protocol == .inet } })
        }
    }

    private static func addresses(of host: String, _ port: Int) -> Result<[SocketAddress], any Error> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_protocol = Int32(IPPROTO_TCP)
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &first)
        guard code == 0 else {
            return .failure(UnknownHost(reason: String(cString: gai_strerror(code))))
        }
        defer { freeaddrinfo(first) }
        let found = sequence(first: first, next: { $0?.pointee.ai_next }).compactMap { address($0?.pointee, host) }
        return .success(found)
    }

    private static func address(_ info: addrinfo?, _ host: String) -> SocketAddress? {
        guard let raw = UnsafeRawPointer(info?.ai_addr) else { return nil }
        return switch info?.ai_family {
        case AF_INET: SocketAddress(raw.load(as: sockaddr_in.self), host: host)
        case AF_INET6: SocketAddress(raw.load(as: sockaddr_in6.self), host: host)
        default: nil
        }
    }
}
