import NIOCore
import Testing

@testable import CallbackServer

@Suite("The clock of a connection") struct ConnectionTimeTests {
    @Test("Every time limit is measured by the clock of the event loop, so that no test has to wait for one")
    func virtualTime() throws {
        let connection = try EmbeddedConnection()
        defer { connection.finish() }
        try connection.receive(ClickText.post(ClickText.signed()))
        connection.advance(by: .milliseconds(7900))
        #expect(try connection.output() == "", "the decision is awaited")
        connection.advance(by: .milliseconds(400))
        #expect(try connection.output().contains("longer than usual"))
        connection.advance(by: .seconds(60))
        try connection.receive("GET /healthz HTTP/1.1\r\nHos")
        connection.advance(by: .milliseconds(9900))
        #expect(try connection.output() == "", "the head has 10 s")
        connection.advance(by: .milliseconds(400))
        #expect(try connection.output().hasPrefix("HTTP/1.1 408 "))
    }
}
