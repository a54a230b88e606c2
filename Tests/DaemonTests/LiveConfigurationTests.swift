import Access
import Base
import Foundation
import Logging
import Mattermost
import Settings
import Synchronization
import TestSupport
import Testing
import Watcher

@testable import Daemon

@Suite("Reading the configuration again")
struct LiveConfigurationTests {
    /// A file with a configuration, and the settings and log lines that reading it again gives.
    private final class Scene: Sendable {
        let folder: URL
        let file: String
        let token: String
        private let state = Mutex<(lines: [String], used: [Settings])>(([], []))

        var used: [Settings] { state.withLock { $0.used } }

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "live-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            file = folder.appending(path: "f.toml").path
            token = folder.appending(path: "token").path
            try write("TOKENtokenTOKENtoken123456", to: token)
            try write(configuration(), to: file)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func write(_ text: String, to path: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }

        func configuration(_ changes: (String, String)...) -> String {
            changes.reduce(
                """
                [teleport]
                addr = "auth.example.com:3025"
                [mattermost]
                url = "https://chat.example.com"
                token = "\(token)"
                secret = "SECRETsecretSECRETsecret"
                recipients = ["t/one"]
                [http]
                public_addr = "access.example.com:8081"
                """
            ) { $0.replacing($1.0, with: $1.1) }
        }

        func start(failing: Bool = false) throws -> LiveConfiguration {
            let settings = try Settings.load(file)
            let logger = Logger(label: "test") { _ in Lines { line in self.state.withLock { $0.lines.append(line) } } }
            return LiveConfiguration(settings, certificate: nil, logger: logger) { new in
                if failing { throw Notice("It cannot be used.") }
                self.state.withLock { $0.used.append(new) }
            }
        }

        /// Takes the lines since the last call.
        func lines() -> [String] {
            state.withLock { state in
                defer { state.lines = [] }
                return state.lines
            }
        }
    }

    private struct Lines: LogHandler {
        let write: @Sendable (String) -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { write("\(event.level) \(event.message)") }
    }

    @Test("What has changed is taken over and named; the same file again is told to be unchanged")
    func taken() throws {
        let scene = try Scene()
        let live = try scene.start()
        live.reload()
        #expect(scene.lines() == ["info The configuration has not changed"] && scene.used.isEmpty)
        try scene.write(scene.configuration((#""t/one""#, #""t/one", "t/two""#)), to: scene.file)
        live.reload()
        #expect(scene.lines() == ["info Took over the changed configuration: [mattermost] recipients"])
        #expect(scene.used.last?.mattermost.recipients.always.count == 2)
        live.reload()
        #expect(scene.lines() == ["info The configuration has not changed"] && scene.used.count == 1)
    }

    @Test("What waits for a restart is named at every reload, and never used")
    func waiting() throws {
        let scene = try Scene()
        let live = try scene.start()
        let words =
            "warning These changes of the configuration take effect only after a restart: [teleport] addr, [mattermost] url"
        let changes = [("auth.example.com", "other.example.com"), ("https://chat.", "https://other.")]
        try scene.write(scene.configuration(changes[0], changes[1]), to: scene.file)
        live.reload()
        live.reload()
        #expect(scene.lines() == [words, words] && scene.used.isEmpty)
        try scene.write(scene.configuration(changes[0], changes[1], ("t/one", "t/two")), to: scene.file)
        live.reload()
        #expect(scene.lines() == ["info Took over the changed configuration: [mattermost] recipients", words])
        #expect(
            scene.used.last.map { "\($0.mattermost.url) \($0.teleport.address)" }
                == "https://chat.example.com auth.example.com:3025")
    }

    @Test("What changes together with the buttons waits with them, is named, and is used once the file has the buttons again")
    func buttons() throws {
        let scene = try Scene()
        let live = try scene.start()
        let allowed = ("[http]", "[http]\nallowed_sources = [\"192.0.2.1\"]")
        let none = ("[mattermost]\n", "[approvals]\nbuttons = false\n[mattermost]\n")
        try scene.write(scene.configuration(none, allowed), to: scene.file)
        let words =
            "warning These changes of the configuration take effect only after a restart: [approvals] buttons, "
            + "[http] allowed_sources"
        for _ in 0..<2 {
            live.reload()
            let lines = scene.lines()
            #expect(lines.last == words, "\(lines)")
        }
        #expect(scene.used.isEmpty)
        try scene.write(scene.configuration(allowed), to: scene.file)
        live.reload()
        #expect(scene.lines() == ["info Took over the changed configuration: [http] allowed_sources"])
        #expect(scene.used.last?.http.allowedSources.isEmpty == false)
        // Nothing else changes with the buttons here.
        try scene.write(scene.configuration(none, allowed), to: scene.file)
        live.reload()
        try scene.write(scene.configuration(allowed), to: scene.file)
        live.reload()
        #expect(scene.lines().last == "info The configuration has not changed" && scene.used.count == 2)
    }

    @Test("A file with mistakes changes nothing, and each is told as at the start")
    func mistakes() throws {
        let scene = try Scene()
        let live = try scene.start()
        try scene.write(scene.configuration(("t/one", "t"), ("https://chat", "ftp://chat")), to: scene.file)
        live.reload()
        let kept = "error Kept the configuration as it was: \(scene.file)"
        let lines = scene.lines()
        #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix(kept) })
        #expect(lines.last?.hasPrefix("\(kept):7: [mattermost] recipients: \"t\" is neither") == true)
        try FileManager.default.removeItem(atPath: scene.file)
        live.reload()
        #expect(scene.lines().first?.hasPrefix("\(kept): the configuration file does not exist.") == true)
        #expect(scene.used.isEmpty)
        try scene.write(scene.configuration(), to: scene.file)
        live.reload()
        #expect(scene.lines() == ["info The configuration has not changed"])
    }

    @Test("What cannot be used is taken over neither now nor in part, and is tried again")
    func unusable() throws {
        let scene = try Scene()
        let live = try scene.start(failing: true)
        try scene.write(scene.configuration(("t/one", "t/two")), to: scene.file)
        live.reload()
        live.reload()
        let words = "error Kept the configuration as it was: It cannot be used."
        #expect(scene.lines() == [words, words])
    }

    @Test("A file that is being written is not taken over before two looks have found the same in it")
    func halfWritten() throws {
        let scene = try Scene()
        let live = try scene.start()
        for half in ["anotherTOKEN", "anotherTOKENtoken", "anotherTOKENtoken123456789"] {
            try scene.write(half, to: scene.token)
            #expect(live.lookAtFiles() && scene.used.isEmpty)
        }
        #expect(!live.lookAtFiles())
        #expect(scene.used.map { $0.mattermost.token.reveal() } == ["anotherTOKENtoken123456789"])
        // A change that is taken back in between is none, and the operator's own word counts at once.
        try scene.write("half", to: scene.token)
        #expect(live.lookAtFiles())
        try scene.write("anotherTOKENtoken123456789", to: scene.token)
        #expect(!live.lookAtFiles() && scene.used.count == 1)
        try scene.write("thirdTOKENtoken1234567890", to: scene.token)
        live.reload()
        #expect(scene.used.last?.mattermost.token.reveal() == "thirdTOKENtoken1234567890")
    }

    @Test("A token that is replaced in its file is used at the next look; the configuration file is left alone")
    func files() throws {
        let scene = try Scene()
        let live = try scene.start()
        #expect(!live.lookAtFiles())
        #expect(scene.lines() == [])
        try scene.write(scene.configuration(("t/one", "t/two")), to: scene.file)
        try scene.write("anotherTOKENtoken123456789\n", to: scene.token)
        #expect(live.lookAtFiles() && scene.lines() == [])
        #expect(!live.lookAtFiles())
        #expect(scene.lines() == ["info Took over what changed in the files of [mattermost] token"])
        #expect(scene.used.last?.mattermost.token.reveal() == "anotherTOKENtoken123456789")
        #expect(scene.used.last?.mattermost.recipients.all.map(\.description) == ["t/one"])

        try FileManager.default.removeItem(atPath: scene.token)
        live.lookAtFiles()
        live.lookAtFiles()
        #expect(
            scene.lines() == [
                "warning Kept what the files held before: \(scene.file):5: [mattermost] token: the file \(scene.token) does not "
                    + "exist. Put the value into the file, or name the file that holds it."
            ])
        try scene.write("anotherTOKENtoken123456789", to: scene.token)
        live.lookAtFiles()
        #expect(scene.lines() == ["info The files that the configuration names can be used again"])
        live.reload()
        #expect(scene.lines() == ["info Took over the changed configuration: [mattermost] recipients"])
    }
}
