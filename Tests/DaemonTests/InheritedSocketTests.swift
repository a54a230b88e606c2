import Foundation
import Testing

@testable import Daemon

@Suite("The socket that systemd passes")
struct InheritedSocketTests {
    @Test("Without one, or with one for another process, the plugin listens by itself")
    func none() throws {
        #expect(try InheritedSocket.find(count: nil, process: nil) == nil)
        #expect(try InheritedSocket.find(count: "1", process: nil) == nil)
        #expect(try InheritedSocket.find(count: "1", process: "1", own: 2) == nil)
        #expect(try InheritedSocket.find(count: "0", process: "2", own: 2) == nil)
    }

    @Test("Several sockets, or none that can be counted, are an error with what to do", arguments: ["2", "x", "-1", ""])
    func several(_ count: String) throws {
        let error = try #require(throws: StartError.self) { try InheritedSocket.find(count: count, process: "2", own: 2) }
        #expect(error.mend?.contains("ListenStream=8081") == true)
    }

    @Test("Only a TCP socket that listens is taken")
    func kinds() throws {
        func make(_ family: Int32, _ kind: __socket_type) -> Int32 { socket(family, Int32(kind.rawValue), 0) }
        let (tcp, udp, local) = (make(AF_INET, SOCK_STREAM), make(AF_INET, SOCK_DGRAM), make(AF_UNIX, SOCK_STREAM))
        defer { for descriptor in [tcp, udp, local] { close(descriptor) } }
        #expect(!InheritedSocket.isListening(tcp) && !InheritedSocket.isListening(udp) && !InheritedSocket.isListening(local))
        #expect(!InheritedSocket.isListening(-1) && !InheritedSocket.isListening(STDOUT_FILENO))
        try #require(listen(tcp, 1) == 0)
        #expect(InheritedSocket.isListening(tcp))
    }
}
