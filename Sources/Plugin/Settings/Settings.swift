package import Access
package import Logging
package import Mattermost
package import Watcher

/// The configuration file, checked: nothing in here needs to be checked again. ``load(_:)`` makes one.
package struct Settings: Sendable {
    package struct Chat: Sendable {
        package var url: ServerURL
        /// URL slugs.
        package var team: String
        package var channel: String
        package var token: Secret<String>
        /// What the buttons are signed with; at least 16 bytes.
        package var secret: Secret<[UInt8]>
    }

    package struct HTTP: Sendable {
        package struct KeyPair: Equatable, Sendable {
            package var keyFile: String
            package var certificateFile: String
        }

        package struct BasicAuth: Sendable {
            package var user: String
            package var password: Secret<String>
        }

        /// Where Mattermost reaches the callback server; its path may be a prefix that a proxy strips, or not.
        package var publicURL: ServerURL
        package var listen: ListenAddress
        /// Nil: a self-signed pair is made.
        package var tls: KeyPair?
        package var basicAuth: BasicAuth?
    }

    package struct Log: Equatable, Sendable {
        package enum Output: Equatable, Sendable {
            case stderr
            case stdout
            /// A path; the file is appended to.
            case file(String)
        }

        package var output = Output.stderr
        package var severity = Logger.Level.info
    }

    package var teleport: TeleportConfiguration
    package var mattermost: Chat
    package var http: HTTP
    package var log: Log
}

/// Where the callback server listens.
package struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
    /// A name or an address, IPv6 without brackets; nil for every address of the machine.
    package var host: String?
    /// 0 lets the system choose.
    package var port: Int

    package init(host: String?, port: Int) {
        self.host = host
        self.port = port
    }

    /// `:8081`, `127.0.0.1:8081`, `localhost:8081`, `[::1]:8081`.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits), port <= 65535
        else { return nil }
        self.port = port
        let name = text[..<colon]
        if name.isEmpty {
            host = nil
        } else if let url = try? ServerURL("http://\(name)"), url.port == nil, url.path.isEmpty {
            host = url.host
        } else {
            return nil
        }
    }

    package var description: String {
        guard let host else { return ":\(port)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
