import ActionCrypto
import Foundation
import Sandbox
import TestSupport

/// A Teleport and a Mattermost in this process, on real sockets, and a configuration with which the built plugin reaches them.
struct Stage: Sendable {
    let auth: SandboxAuth
    let mattermost: SandboxMattermost
    let folder: URL
    let callbackPort: Int

    var configuration: String { folder.appending(path: "teleport-mattermost.toml").path }

    static func with<Result: Sendable>(
        configure: (inout SandboxAuth.Configuration) -> Void = { _ in }, _ body: (Stage) async throws -> Result
    ) async throws -> Result {
        let certificates = try Certificates.shared()
        var server = SandboxAuth.Configuration(
            identity: try certificates.teleportServer, clientCA: try certificates.teleportCA)
        configure(&server)
        let auth = SandboxAuth(server)
        let callbackTLS = try TLSContext.client(
            identity: nil, alpn: [], trust: .certificates(try certificates.listenerCA))
        let mattermost = try SandboxMattermost(.init(callbackTLS: callbackTLS, teleport: auth))
        let folder = FileManager.default.temporaryDirectory.appending(path: "stage-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let servers = OwnThread()
            group.addTask(executorPreference: servers) { try await auth.run() }
            group.addTask(executorPreference: servers) { try await mattermost.run() }
            defer { group.cancelAll() }
            let stage = Stage(auth: auth, mattermost: mattermost, folder: folder, callbackPort: try FreePort.find())
            try await stage.writeConfiguration(
                to: stage.configuration, listenPort: stage.callbackPort, authPort: try await auth.address.port,
                chatPort: try await mattermost.port)
            return try await body(stage)
        }
    }

    /// Writes a configuration file. The ports are those that the plugin uses, which may belong to relays.
    func writeConfiguration(to file: String, listenPort: Int, authPort: Int, chatPort: Int) async throws {
        let certificates = try Certificates.shared()
        let token = try mattermost.world.read { $0.token(of: ChatState.botName) ?? "" }
        let text = """
            [teleport]
            auth_server = "127.0.0.1:\(authPort)"
            client_key = "\(certificates.path("auth.key"))"
            client_crt = "\(certificates.path("auth.crt"))"
            root_cas = "\(certificates.path("auth.cas"))"

            [mattermost]
            url = "http://127.0.0.1:\(chatPort)"
            team = "acme"
            channel = "access-requests"
            token = "\(token)"
            secret = "a secret of the tests alone"

            [http]
            public_addr = "https://localhost:\(callbackPort)/teleport"
            listen_addr = "127.0.0.1:\(listenPort)"
            https_key_file = "\(certificates.path("server.key"))"
            https_cert_file = "\(certificates.path("server.crt"))"

            [log]
            output = "stderr"
            severity = "DEBUG"

            [diagnostics]
            listen_addr = "off"
            socket = "off"
            """
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    }

    /// Gives the plugin a private port, and returns it.
    func openPrivatePort() throws -> Int {
        let port = try FreePort.find()
        let settings = try String(contentsOfFile: configuration, encoding: .utf8)
        try settings.replacing("listen_addr = \"off\"", with: "listen_addr = \"127.0.0.1:\(port)\"")
            .write(toFile: configuration, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: configuration)
        return port
    }

    /// Adds sections at the end of the configuration.
    func addSettings(_ text: String) throws {
        let settings = try String(contentsOfFile: configuration, encoding: .utf8)
        try "\(settings)\n\(text)".write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    func removeBotFromChannels() throws {
        try mattermost.world.change { state, _ throws(AppError) in
            let bot = state.bot?.id ?? ""
            for index in state.channels.indices { state.channels[index].members.remove(bot) }
        }
    }

    /// Starts the plugin and waits until it watches.
    func startPlugin(environment: [String: String] = [:]) async throws -> PluginProcess {
        let plugin = try PluginProcess(["start", "--config", configuration], environment: environment)
        try await plugin.isReady()
        return plugin
    }
}

extension Stage {
    /// Runs a proxy in front of the auth service while `body` runs. `body` gets the proxy's port.
    func withProxy(
        _ adjust: (inout SandboxProxy.Configuration) -> Void, _ body: (Int) async throws -> Void
    ) async throws {
        var settings = SandboxProxy.Configuration(
            identity: try Certificates.shared().listener, authPort: try await auth.address.port)
        adjust(&settings)
        let proxy = SandboxProxy(settings)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: OwnThread()) { try await proxy.run() }
            defer { group.cancelAll() }
            try await body(try await proxy.port)
        }
    }
}

// MARK: - What people see and do

extension Stage {
    struct NoSuchThing: Error { var what: String }

    /// Waits until the channel has a post about the request that shows `state`. Returns the post.
    func post(about id: String, showing state: String) async throws -> ChatPost {
        for await _ in mattermost.world.bell.changes() {
            let posts = try mattermost.world.read { $0.posts }
            if let post = posts.first(where: { $0.shows(id, state) }) { return post }
        }
        throw NoSuchThing(what: "post about \(id) showing \(state)")
    }

    /// Waits until the post about the request was edited after `old`.
    func post(about id: String, after old: ChatPost) async throws -> ChatPost {
        for await _ in mattermost.world.bell.changes() {
            if let post = try posts(about: id).first(where: { $0.editAt > old.editAt }) { return post }
        }
        throw NoSuchThing(what: "a newer post about \(id)")
    }

    func posts(about id: String) throws -> [ChatPost] {
        try mattermost.world.read { $0.posts }.filter { $0.props["teleport"]?["request_id"]?.text == id }
    }

    /// Clicks as the server does, and returns the text that the person is shown.
    func click(_ button: String, on post: ChatPost, as username: String) async throws -> String {
        let userID = try mattermost.world.read { state throws(AppError) in try state.account(named: username).id }
        _ = try await mattermost.clicker.click(button, on: post.id, by: userID)
        let words = try mattermost.world.read { $0.ephemerals }.last { $0.userID == userID && $0.postID == post.id }
        return words?.message ?? ""
    }
}

extension ChatPost {
    func shows(_ id: String, _ state: String) -> Bool {
        props["teleport"]?["request_id"]?.text == id && props["teleport"]?["state"]?.text == state
    }

    var attachment: JSON? { props["attachments"]?.elements?.first }

    /// The value of an attachment's field.
    func field(_ title: String) -> String? {
        attachment?["fields"]?.elements?.first { $0["title"]?.text == title }?["value"]?.text
    }
}
