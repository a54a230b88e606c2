import NIOCore
import Synchronization
import Testing

@testable import CallbackServer

@Suite struct ReplyRendererTests {
    @Test("The date is formatted as RFC 9110 demands")
    func date() {
        #expect(String(decoding: ReplyRenderer.httpDate(784_111_777), as: UTF8.self) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test("A fixed reply is rendered again when the second changes, and not before")
    func refresh() {
        let clock = Mutex(784_111_777)
        var renderer = ReplyRenderer(now: { clock.withLock { $0 } })
        let first = renderer.fixed(.alive, .open)
        #expect(renderer.fixed(.alive, .open) == first)
        clock.withLock { $0 += 1 }
        #expect(String(buffer: renderer.fixed(.alive, .open)) == String(buffer: first).replacing("08:49:37", with: "08:49:38"))
    }

    @Test("Every fixed reply is a complete reply, in every form", arguments: FixedReply.allCases)
    func whole(reply: FixedReply) {
        var renderer = ReplyRenderer()
        for persistence in [Persistence.open, .kept, .close] {
            let text = String(buffer: renderer.fixed(reply, persistence))
            let head = String(buffer: renderer.fixed(reply, persistence, headOnly: true))
            #expect(text.hasPrefix("HTTP/1.1 ") && head.hasSuffix("\r\n\r\n") && text.hasPrefix(head))
            let body = text.dropFirst(head.count)
            #expect(head.contains("\r\nContent-Length: \(body.utf8.count)\r\n"))
            #expect(head.contains("Connection: ") == (persistence != .open))
            #expect(body.isEmpty || head.contains("\r\nContent-Type: application/json\r\n"))
        }
    }
}
