import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whether a connection stays open after a reply, and whether the reply says so.
enum Persistence: Int {
    /// The connection stays open. That is the default of HTTP/1.1, so the reply does not say so.
    case open
    /// The connection stays open because an HTTP/1.0 client asked for it. The reply has to say so.
    case kept
    /// The connection closes, and the reply says so.
    case close

    fileprivate var field: StaticString {
        switch self {
        case .open: ""
        case .kept: "Connection: keep-alive\r\n"
        case .close: "Connection: close\r\n"
        }
    }
}

/// Renders replies, each with head and body in one buffer. Fixed replies are rendered at most once per second, when their
/// `Date` changes, and reused until then. It is used on one event loop.
struct ReplyRenderer {
    private var second = 0
    private var date: [UInt8] = []
    private var rendered: [ByteBuffer?] = []
    private let now: () -> Int

    /// - Parameter now: returns the wall clock in seconds since 1970, for the `Date` field.
    init(now: @escaping () -> Int = { time(nil) }) { self.now = now }

    mutating func fixed(_ reply: FixedReply, _ persistence: Persistence, headOnly: Bool = false) -> ByteBuffer {
        refresh()
        let place = (reply.rawValue * 3 + persistence.rawValue) * 2 + (headOnly ? 1 : 0)
        if let buffer = rendered[place] { return buffer }
        let buffer = reply.body.withUTF8Buffer {
            render(reply.status, reply.field, persistence, body: UnsafeRawBufferPointer($0), headOnly: headOnly)
        }
        rendered[place] = buffer
        return buffer
    }

    mutating func json(
        _ body: [UInt8], status: StaticString = "200 OK", _ persistence: Persistence, headOnly: Bool = false
    ) -> ByteBuffer {
        refresh()
        return body.withUnsafeBytes { render(status, "", persistence, body: $0, headOnly: headOnly) }
    }

    mutating func page(_ page: CallbackServer.Page, _ persistence: Persistence, headOnly: Bool) -> ByteBuffer {
        refresh()
        let status: StaticString = page.isWell ? "200 OK" : "503 Service Unavailable"
        return page.body.withUnsafeBytes {
            render(status, "", persistence, body: $0, type: page.type, headOnly: headOnly)
        }
    }

    private func render(
        _ status: StaticString, _ field: StaticString, _ persistence: Persistence, body: UnsafeRawBufferPointer,
        type: StaticString = "application/json", headOnly: Bool
    ) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(256 + (headOnly ? 0 : body.count))
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeStaticString(status)
        buffer.writeStaticString("\r\nDate: ")
        buffer.writeBytes(date)
        buffer.writeStaticString("\r\nX-Content-Type-Options: nosniff\r\n")
        buffer.writeStaticString(field)
        buffer.writeStaticString(persistence.field)
        if !body.isEmpty {
            buffer.writeStaticString("Content-Type: ")
            buffer.writeStaticString(type)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("Content-Length: ")
        buffer.writeString(String(body.count))
        buffer.writeStaticString("\r\n\r\n")
        if !headOnly { buffer.writeBytes(body) }
        return buffer
    }

    private mutating func refresh() {
        let current = now()
        guard current != second else { return }
        second = current
        date = Self.httpDate(current)
        rendered = Array(repeating: nil, count: FixedReply.allCases.count * 6)
    }

    /// Formats a date as RFC 9110 §5.6.7 demands: `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func httpDate(_ seconds: Int) -> [UInt8] {
        var moment = time_t(seconds)
        var parts = tm()
        gmtime_r(&moment, &parts)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            let length = strftime(text.baseAddress, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            return text.prefix(length).map { UInt8(bitPattern: $0) }
        }
    }
}
