import Foundation
import Sandbox
import Testing

@Suite("The built plugin as a service of systemd", .serialized, .timeLimit(.minutes(1)))
struct NotifyTests {
    /// A socket that takes messages as systemd's does.
    private final class Supervisor: Sendable {
        let path: String
        private let descriptor: Int32

        init(in folder: URL) throws {
            path = folder.appending(path: "notify").path
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let result = withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { [descriptor] in
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(result == 0)
        }

        deinit { close(descriptor) }

        /// The messages that have arrived since the last call.
        func messages() -> [String] {
            var messages: [String] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)), count > 0 {
                messages.append(String(decoding: buffer.prefix(count), as: UTF8.self))
            }
            return messages
        }
    }

    @Test("It tells that it has started, that it is ready and alive, and that it stops")
    func messages() async throws {
        try await Stage.with { stage in
            let supervisor = try Supervisor(in: stage.folder)
            let plugin = try await stage.startPlugin(
                environment: ["NOTIFY_SOCKET": supervisor.path, "WATCHDOG_USEC": "600000000"])
            try await plugin.line(containing: "INFO   Ready: requests of the cluster sandbox.example are watched, and clicks")
            #expect(try await plugin.stop() == 0)
            let messages = supervisor.messages()
            #expect(messages.first?.hasPrefix("READY=1\nSTATUS=Not ready: ") == true, "\(messages)")
            #expect(messages.contains("STATUS=Ready"))
            #expect(messages.count { $0 == "WATCHDOG=1" } == 1)
            #expect(messages.last == "STOPPING=1\nSTATUS=Stopping")
            #expect(plugin.state.value.lines.count { $0.contains("Ready: ") } == 1)
        }
    }

    @Test("It tells when a reload begins and ends")
    func reload() async throws {
        try await Stage.with { stage in
            let supervisor = try Supervisor(in: stage.folder)
            let plugin = try await stage.startPlugin(environment: ["NOTIFY_SOCKET": supervisor.path])
            _ = supervisor.messages()
            // When the second reload says what it found, the first one has ended.
            for count in 1...2 {
                plugin.send(SIGHUP)
                _ = try await plugin.state.first { state in
                    state.lines.count { $0.contains("The configuration has not changed") } == count
                }
            }
            let messages = supervisor.messages().filter { !$0.hasPrefix("STATUS=") }
            try #require(messages.count >= 3, "\(messages)")
            #expect(messages[0].hasPrefix("RELOADING=1\nMONOTONIC_USEC=") && messages[1] == "READY=1")
            #expect(messages[2].hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("A server that is away does not hold up the start, and the status names it")
    func away() async throws {
        try await Stage.with { stage in
            await stage.mattermost.stop()
            let supervisor = try Supervisor(in: stage.folder)
            let plugin = try PluginProcess(
                ["start", "--config", stage.configuration], environment: ["NOTIFY_SOCKET": supervisor.path])
            try await plugin.line(containing: "Mattermost API health check failed")
            #expect(try await plugin.stop() == 0)
            let messages = supervisor.messages()
            #expect(messages.first?.hasPrefix("READY=1\n") == true, "\(messages)")
            #expect(messages.contains { $0.contains("STATUS=Not ready: ") && $0.contains("mattermost") })
            #expect(!messages.contains("STATUS=Ready") && !messages.contains("WATCHDOG=1"))
        }
    }
}
