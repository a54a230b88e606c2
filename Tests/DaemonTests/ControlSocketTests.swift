import Access
import CallbackServer
import Foundation
import Logging
import NIOPosix
import Posts
import ServiceLifecycle
import Settings
import Telemetry
import Testing

@testable import Check
@testable import Daemon

@Suite("The control socket", .timeLimit(.minutes(1)))
struct ControlSocketTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = "/tmp/control-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    @Test("Its place is the state directory, or the user's runtime directory, or what the configuration says")
    func place() async throws {
        try await withFolder { folder in
            func path(_ variables: [String: String]) -> String? { ControlSocket.path(.automatic) { variables[$0] } }
            #expect(path(["STATE_DIRECTORY": "\(folder):/nowhere", "XDG_RUNTIME_DIR": "/nowhere"]) == "\(folder)/control.sock")
            if !FileManager.default.fileExists(atPath: ControlSocket.stateFolder) {
                #expect(path(["XDG_RUNTIME_DIR": folder]) == "\(folder)/control.sock")
                #expect(path(["STATE_DIRECTORY": "/nowhere", "XDG_RUNTIME_DIR": "/nowhere"]) == nil)
            }
            #expect(ControlSocket.path(.off) { _ in folder } == nil)
            #expect(ControlSocket.path(.path("/run/own.sock")) { _ in folder } == "/run/own.sock")
        }
    }

    @Test("Only its owner may connect; one that nobody answers is replaced, and anything else is left alone")
    func stale() async throws {
        try await withFolder { folder in
            let path = "\(folder)/control.sock"
            let first = try ControlSocket.listen(at: path)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let taken = #expect(throws: ControlSocket.Failure.self) { try ControlSocket.listen(at: path) }
            #expect(taken?.words == "another instance of the plugin answers at \(path).")
            close(first)
            // The file of a process that has ended is still there.
            #expect(FileManager.default.fileExists(atPath: path))
            close(try ControlSocket.listen(at: path))
            try FileManager.default.removeItem(atPath: path)
            try Data("mine".utf8).write(to: URL(filePath: path))
            let file = #expect(throws: ControlSocket.Failure.self) { try ControlSocket.listen(at: path) }
            #expect(file?.words == "[diagnostics] socket: \(path) is there, and is no socket of this user.")
            #expect(try Data(contentsOf: URL(filePath: path)) == Data("mine".utf8))
            #expect(throws: ControlSocket.Failure.self) { try ControlSocket.listen(at: "/nowhere/control.sock") }
            let long = "/" + String(repeating: "x", count: 120)
            #expect(throws: ControlSocket.Failure.self) { try ControlSocket.listen(at: long) }
        }
    }

    @Test("A client gets the page, and the socket's file is gone after the end")
    func page() async throws {
        try await withFolder { folder in
            let path = "\(folder)/control.sock"
            let client = ControlClient(path: path)
            let before = #expect(throws: ControlSocket.Failure.self) { try client.get("/status") }
            #expect(before?.words == "the plugin does not run: nobody answers at \(path).")
            let service = ControlService(path: path, isRequired: true, logger: .silent) { descriptor in
                var configuration = CallbackServer.Configuration(address: .init(host: nil, port: 0))
                (configuration.boundSocket, configuration.isForOwnUser) = (descriptor, true)
                return CallbackServer(
                    pages: .init(paths: ["/status", "/ill"]) { .init("\($0) here\n", isWell: $0 == "/status") },
                    configuration: configuration, group: MultiThreadedEventLoopGroup.singleton, logger: .silent)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }
                var answer = try? client.get("/status")
                while answer == nil, !Task.isCancelled {
                    await Task.yield()
                    answer = try? client.get("/status")
                }
                #expect(answer?.isWell == true && answer?.body == "/status here\n")
                let ill = try client.get("/ill")
                #expect(!ill.isWell && ill.body == "/ill here\n")
                group.cancelAll()
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("A socket without which the plugin can do is a warning, and one that the configuration names ends the start")
    func unusable() async throws {
        try await withFolder { folder in
            let path = "\(folder)/none/control.sock"
            func service(_ isRequired: Bool) -> ControlService {
                ControlService(path: path, isRequired: isRequired, logger: .silent) { _ in
                    CallbackServer(
                        pages: .init(paths: []) { _ in .init("") }, configuration: .init(address: .init(host: nil, port: 0)),
                        group: MultiThreadedEventLoopGroup.singleton, logger: .silent)
                }
            }
            await #expect(throws: ControlSocket.Failure.self) { try await service(true).run() }
            let group = ServiceGroup(services: [service(false)], logger: .silent)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    @Test("A connection that is closed without an answer says who may ask")
    func refused() {
        let error = #expect(throws: ControlSocket.Failure.self) { try ControlClient.parse("", "/p") }
        #expect(error?.message.hasSuffix("Run the command as root or as the plugin's user.") == true)
    }

    @Test("The status says since when, why, what waits and what happened, in lines without control characters")
    func report() throws {
        let id = try #require(RequestID("305dc2e2-6700-485c-a62a-74712b40900e"))
        let start = Timestamp(milliseconds: 1_700_000_000_000)
        var backlog = Backlog()
        backlog.lines[.fresh] = .init(counts: [.ready: 1, .retrying: 2], oldest: .seconds(75))
        backlog.lines[.urgent] = .init(counts: [.scheduled: 4])
        let telemetry = Telemetry(now: { start })
        telemetry.observe(.disconnected(Notice("closed\u{1B}[2J")))
        telemetry.observe(.clicked(.denied, id, person: "bob", why: nil))
        let report = StatusReport(
            condition: Condition(
                reasons: [.init(part: "teleport", words: "auth.example.com is away", since: start)],
                notes: [.init(part: "log", words: "full", since: nil)], readySince: nil),
            cluster: "example", backlog: backlog, recent: telemetry.recent.all)
        let lines = report.text.split(separator: "\n").dropFirst()
        #expect(
            lines.joined(separator: "\n") == """
                Cluster: example
                Not ready since 2023-11-14 22:13:20 UTC
                  ✗ teleport: auth.example.com is away (since 2023-11-14 22:13:20 UTC)
                  ! log: full
                Backlog: 3 requests (1 ready, 2 retrying), the oldest for 75 s; 4 to be looked at later
                Last happenings:
                  2023-11-14T22:13:20Z  the watch on Teleport ended: closed [2J
                  2023-11-14T22:13:20Z  a click on the request \(id) by bob was a denial
                """)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data("\(report.json)".utf8)) as? [String: Any])
        #expect(json["status"] as? String == "not ready" && (json["reasons"] as? [[String: Any]])?.count == 1)
        #expect((json["backlog"] as? [String: Any])?["due"] as? Int == 3)
        #expect((json["events"] as? [[String: Any]])?.last?["request_id"] as? String == id.rawValue)
    }
}
