import Base
import NIOHTTP1

/// The conclusions from a request's head: the purpose of the request and the way to answer it.
struct Exchange: Equatable {
    enum Purpose: Equatable {
        case click
        case dialog
        case readiness
        /// One of the server's own pages, by its path.
        case page(String)
        /// The head alone determines the reply.
        case fixed(FixedReply)

        var takesBody: Bool { self == .click || self == .dialog }
    }

    var purpose: Purpose
    var persistence: Persistence
    var isHEAD = false
    /// Whether the client waits for `100 Continue` before it sends the body, RFC 9110 §10.1.1.
    var awaitsContinue = false
    /// Whether the reply is sent at once and the connection closes, without reading the body.
    var isRefusedEarly = false
}

/// Judges a request by its head, before any of its body is read: the route, the method, the address that it comes from, the
/// password, and the length and type of the body.
struct RequestPolicy {
    let routes: Routes
    let bodyLimit: Int

    func judge(_ head: HTTPRequestHead, from origin: IPAddress?, by admission: CallbackServer.Admission) -> Exchange {
        let fields = Fields(head.headers)
        var exchange = Exchange(
            purpose: purpose(of: head, fields, origin, admission), persistence: .open, isHEAD: head.method == .HEAD)
        if !head.isKeepAlive || fields.asksForUpgrade || head.method == .CONNECT {
            exchange.persistence = .close
        } else if head.version.minor < 1 {
            exchange.persistence = .kept
        }
        if case .fixed(.malformed) = exchange.purpose { exchange.isRefusedEarly = true }
        if fields.contentLength > bodyLimit {
            exchange.purpose = .fixed(.tooLarge)
            exchange.isRefusedEarly = true
        }
        guard let expectation = fields.expectation, head.version.minor >= 1 else { return exchange }
        if expectation.lowercased() != "100-continue" {
            exchange.purpose = .fixed(.expectation)
            exchange.isRefusedEarly = true
        } else if exchange.purpose.takesBody {
            exchange.awaitsContinue = true
        } else {
            // The client may or may not send the body, so the beginning of its next request cannot be found.
            exchange.isRefusedEarly = true
        }
        return exchange
    }

    private func purpose(
        of head: HTTPRequestHead, _ fields: Fields, _ origin: IPAddress?, _ admission: CallbackServer.Admission
    ) -> Exchange.Purpose {
        guard fields.hosts == 1 || (fields.hosts == 0 && head.version.minor < 1) else { return .fixed(.malformed) }
        let route = routes.route(head.uri)
        switch route {
        case nil: return .fixed(.notFound)
        case .health: return head.method == .GET || head.method == .HEAD ? .fixed(.alive) : .fixed(.onlyGET)
        case .readiness: return head.method == .GET || head.method == .HEAD ? .readiness : .fixed(.onlyGET)
        case .page(let path): return head.method == .GET || head.method == .HEAD ? .page(path) : .fixed(.onlyGET)
        case .action, .dialog:
            // The address is checked first, so that strangers learn neither that there is a password nor which requests are
            // accepted.
            guard admission.admits(origin) else { return .fixed(.forbidden) }
            guard head.method == .POST else { return .fixed(.onlyPOST) }
            if route == .action, let password = admission.basicAuth, !password.admits(fields.authorization) {
                return .fixed(.unauthorized)
            }
            guard fields.isJSON else { return .fixed(.notJSON) }
            return route == .dialog ? .dialog : .click
        }
    }
}

/// The header fields that the policy needs, gathered in one pass.
private struct Fields {
    var hosts = 0
    var contentLength = 0
    var isJSON = false
    var asksForUpgrade = false
    var expectation: String?
    var authorization: String?

    init(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            switch name.utf8.count {
            case 4 where Self.same(name, "host"): hosts += 1
            case 6 where Self.same(name, "expect"): expectation = value
            case 7 where Self.same(name, "upgrade"): asksForUpgrade = true
            case 12 where Self.same(name, "content-type"): isJSON = Self.namesJSON(value)
            case 13 where Self.same(name, "authorization"): authorization = value
            case 14 where Self.same(name, "content-length"): contentLength = Self.length(value)
            default: break
            }
        }
    }

    /// Parses a length. One that does not fit into an `Int` counts as the greatest one, so that it is refused.
    private static func length(_ value: String) -> Int { Int(value.filter { $0 != " " && $0 != "\t" }) ?? .max }

    private static func same(_ name: String, _ lowercase: StaticString) -> Bool {
        lowercase.withUTF8Buffer { word in
            zip(name.utf8, word).allSatisfy { $0 | 0x20 == $1 | 0x20 }
        }
    }

    /// Whether a content type is `application/json`, with or without parameters.
    private static func namesJSON(_ value: String) -> Bool {
        let type: StaticString = "application/json"
        let count = value.utf8.count
        guard count >= 16, same(value, type) else { return false }
        let rest = value.utf8.dropFirst(16)
        return rest.first(where: { $0 != 0x20 && $0 != 0x09 }).map { $0 == UInt8(ascii: ";") } ?? true
    }
}
