package import Logging
package import NIOCore

extension CallbackServer {
    /// A page that the server makes anew for each request.
    package struct Page: Sendable {
        /// Whether the status is 200, and not 503.
        package var isWell: Bool
        /// The content type.
        package var type: StaticString
        package var body: [UInt8]

        package init(_ text: String, type: StaticString = "text/plain; charset=utf-8", isWell: Bool = true) {
            self.isWell = isWell
            self.type = type
            body = Array(text.utf8)
        }
    }

    /// The pages of a private port, which answer `GET` and `HEAD`.
    package struct Pages: Sendable {
        let paths: [String]
        /// Makes the page of a path. It runs on a task of its own and may wait.
        let make: @Sendable (_ path: String) async -> Page

        package init(paths: [String], make: @escaping @Sendable (String) async -> Page) {
            self.paths = paths
            self.make = make
        }
    }

    /// Makes a server of pages alone. It speaks plain HTTP and takes no clicks.
    package init(
        pages: Pages, configuration: Configuration, group: any EventLoopGroup, logger: Logger,
        bound: @escaping @Sendable (SocketAddress) -> Void = { _ in }
    ) {
        self.init(
            configuration: configuration, group: group, logger: logger, verify: { _, _ in .refused(reason: "no clicks here") },
            readiness: { Readiness() }, bound: bound, pages: pages, decide: { _, _ in })
    }
}
