import Foundation
import Sandbox
import TestSupport
import Testing

@Suite("The built plugin with a socket of systemd's", .serialized, .timeLimit(.minutes(1)))
struct SocketActivationTests {
    /// Opens sockets as systemd does, and replaces itself by the plugin. Its arguments are the kinds of the sockets: a port for one
    /// that listens, or `udp`.
    private static let script = """
        import os, socket, sys
        kinds = sys.argv[1].split(",")
        kept = []
        for number, kind in enumerate(kinds):
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
            if kind != "udp":
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                made.bind(("127.0.0.1", int(kind)))
                made.listen()
            os.dup2(made.fileno(), 3 + number)
            os.set_inheritable(3 + number, True)
            kept.append(made)
        os.environ["LISTEN_FDS"] = str(len(kinds))
        os.environ["LISTEN_PID"] = str(os.getpid())
        os.execv(sys.argv[2], sys.argv[2:])
        """

    private func start(_ stage: Stage, _ kinds: String) throws -> PluginProcess {
        try PluginProcess(
            ["start", "--config", stage.configuration], launcher: ["/usr/bin/python3", "-c", Self.script, kinds])
    }

    @Test("Clicks arrive at the socket that was passed, and not at listen_addr")
    func listens() async throws {
        try await Stage.with { stage in
            let other = try FreePort.find()
            try stage.edit { $0.hasPrefix("listen_addr") ? "listen_addr = \"127.0.0.1:\(other)\"" : $0 }
            let plugin = try start(stage, "\(stage.callbackPort)")
            try await plugin.line(containing: "INFO   Listening on the socket that systemd passes, ")
            try await plugin.isReady()
            let id = stage.auth.createRequest(user: "dave", roles: ["editor"])
            let post = try await stage.post(about: id, showing: "pending")
            #expect(try await stage.click("approve", on: post, as: "bob").hasPrefix("You approved"))
            #expect(try await plugin.stop() == 0)
        }
    }

    @Test("Anything but one listening TCP socket ends the start, with what to do", arguments: ["0,0", "udp"])
    func refused(_ kinds: String) async throws {
        try await Stage.with { stage in
            let plugin = try start(stage, kinds)
            #expect(try await plugin.exitCode() == 78)
            let said = plugin.state.value.lines.joined(separator: "\n")
            let words = kinds == "udp" ? "is no listening TCP socket." : "systemd passes 2 sockets (LISTEN_FDS)."
            #expect(said.contains(words) && said.contains("Let the socket unit have exactly one ListenStream="), "\(said)")
        }
    }
}
