package import Access
import ActionCrypto
package import CircuitBreakers
package import Clicks
import Foundation
import Logging
package import Mattermost
package import Posts
package import Sandbox
import Synchronization
import TestSupport
import Watcher

/// The reconciler and the approvals, connected over real sockets to a Teleport and a Mattermost in this process. Both servers
/// can be told to fail.
package struct Rig: Sendable {
    package let auth: SandboxAuth
    package let mattermost: SandboxMattermost
    package let environment: Environment
    package let chat: MattermostClient
    /// Teleport's calls for monitoring rules.
    package let ruleService: any RuleService
    package let health = Health()
    /// The id of the channel for requests.
    package static let channel = "dpygwdyjubydfne5nshbuea4ga"

    package static func with<Result: Sendable>(
        permissions: Set<AuthPermission> = AuthPermission.plugin,
        configure: (inout SandboxAuth.Configuration) -> Void = { _ in }, _ body: (Rig) async throws -> Result
    ) async throws -> Result {
        let certificates = try Certificates.shared()
        var configuration = SandboxAuth.Configuration(
            identity: try certificates.teleportServer, clientCA: try certificates.teleportCA)
        configuration.permissions = ["access-plugin-mattermost": permissions]
        configure(&configuration)
        let auth = SandboxAuth(configuration)
        let mattermost = try SandboxMattermost(.init(teleport: auth))
        try mattermost.world.change { state, _ in state.channels[0].id = Self.channel }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let (servers, plugin) = (OwnThread(), OwnThread())
            group.addTask(executorPreference: servers) { try await auth.run() }
            group.addTask(executorPreference: servers) { try await mattermost.run() }
            defer { group.cancelAll() }
            let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let start = ContinuousClock.now
            let circuits = Circuits(logger: quiet) { ContinuousClock.now - start }
            let teleport = TeleportClient(
                configuration: try await teleportConfiguration(auth, certificates), logger: quiet,
                interceptors: CallInterceptors([circuits.teleport]))
            let watcher = WatcherService(client: teleport, logger: quiet) { _ in }
            group.addTask(executorPreference: plugin) { try await watcher.run() }
            let token = try mattermost.world.read { $0.token(of: ChatState.botName) ?? "" }
            let chat = try MattermostClient(
                .init(url: try ServerURL(try await mattermost.url), token: Secret(token)),
                interceptors: CallInterceptors([circuits.chat]))
            defer { chat.shutdown() }
            let rig = Rig(
                auth: auth, mattermost: mattermost, environment: makeEnvironment(teleport, chat, circuits), chat: chat,
                ruleService: teleport)
            return try await withTaskExecutorPreference(plugin) {
                _ = try await teleport.requests()
                return try await body(rig)
            }
        }
    }

    private static func teleportConfiguration(
        _ auth: SandboxAuth, _ certificates: Certificates
    ) async throws -> TeleportConfiguration {
        TeleportConfiguration(
            address: "127.0.0.1:\(try await auth.address.port)", clientKey: certificates.path("auth.key"),
            clientCertificate: certificates.path("auth.crt"), rootCAs: certificates.path("auth.cas"))
    }

    package static let onlyRecipient = RecipientRules(always: [.channel(ChannelName(team: "acme", channel: "access-requests"))])

    package static func makeEnvironment(
        _ teleport: any AccessService, _ chat: any ChatService, _ circuits: Circuits, rules: RecipientRules = onlyRecipient,
        monitoring: RuleKeeper? = nil
    ) -> Environment {
        let start = ContinuousClock.now
        return Environment(
            teleport: teleport, chat: chat, circuits: circuits, rules: rules,
            buttons: ButtonMaker(callbackURL: "https://localhost:1/mattermost_action") { decision, request, _, _ in
                ["action": decision.rawValue, "req_id": request.id.rawValue]
            },
            replica: Replica.newName(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, monitoring: monitoring,
            now: { .now }, elapsed: { ContinuousClock.now - start })
    }

    /// Returns another replica of the plugin, which calls Teleport through `teleport`.
    package func environment(with teleport: any AccessService) -> Environment {
        Self.makeEnvironment(teleport, environment.chat, environment.circuits)
    }

    /// Returns the plugin with other recipients.
    package func environment(
        telling recipients: [String], roles: [String: [String]] = [:], monitoring: RuleKeeper? = nil
    ) -> Environment {
        let rules = RecipientRules(
            always: recipients.compactMap { Recipient($0) }, roles: roles.mapValues { $0.compactMap { Recipient($0) } })
        return Self.makeEnvironment(
            environment.teleport, environment.chat, environment.circuits, rules: rules, monitoring: monitoring)
    }

    /// Returns the plugin at a later time.
    package func environment(after time: Duration) -> Environment {
        var later = environment
        later.elapsed = { [environment] in environment.elapsed() + time }
        return later
    }

    /// Another replica of the plugin.
    package var replica: Environment { Self.makeEnvironment(environment.teleport, environment.chat, environment.circuits) }
}

// MARK: - Steps

extension Rig {
    package func request(
        user: String = "dave", roles: [String] = ["editor"], ttl: Duration = .seconds(3600), reviewers: [String] = []
    ) throws -> RequestID {
        let id = auth.createRequest(user: user, roles: roles, reason: "why", ttl: ttl, suggestedReviewers: reviewers)
        guard let id = RequestID(id) else { throw MattermostError(.malformed, id) }
        return id
    }

    /// Makes one run over the request.
    @discardableResult
    package func reconcile(
        _ id: RequestID, as environment: Environment? = nil, found: [PostedCard]? = nil, claims: ClaimAges? = nil
    ) async throws -> WorkQueue.Outcome {
        var memory = RunMemory()
        for card in found ?? [] { memory.add(card) }
        return try await reconcile(id, as: environment, &memory, claims: claims)
    }

    /// Makes one run over the request, with the memory of earlier runs.
    @discardableResult
    package func reconcile(
        _ id: RequestID, as environment: Environment? = nil, _ memory: inout RunMemory, claims: ClaimAges? = nil
    ) async throws -> WorkQueue.Outcome {
        let environment = environment ?? self.environment
        let claims = claims ?? ClaimAges(elapsed: environment.elapsed)
        return try await ReconcileRun(context: environment.posts, claims: claims, id: id)(&memory)
    }

    package func posts(about id: RequestID) throws -> [ChatPost] {
        try mattermost.world.read { $0.posts }.filter { $0.props["teleport"]?["request_id"]?.text == id.rawValue }
    }

    package func state(ofOnlyPostAbout id: RequestID) throws -> String? {
        let posts = try posts(about: id)
        guard let post = posts.first, posts.count == 1 else { throw MattermostError(.malformed, "\(posts.count) posts") }
        return post.props["teleport"]?["state"]?.text
    }

    package func data(of id: RequestID) -> [String: String] { auth.pluginData(id.rawValue)["mattermost"] ?? [:] }

    package func click(
        _ decision: Decision, on id: RequestID, as username: String = "bob", isExpired: Bool = false
    ) throws -> Click {
        let user = try mattermost.world.read { state throws(AppError) in try state.account(named: username).id }
        return Click(
            requestID: id, decision: decision, cluster: "sandbox.example", userID: user, post: try recordedPost(about: id),
            isExpired: isExpired)
    }

    /// Returns the first post that is recorded with the request. If there is none, a made-up post is recorded and returned.
    package func recordedPost(about id: RequestID) throws -> PostReference {
        if let post = PluginRecord(data(of: id)).posts.first { return post }
        let post = PostReference(channelID: Self.channel, postID: "qpo53xy6y3de3xmshwu7zrgxkw")
        if auth.request(id.rawValue) != nil {
            try auth.setPluginData(id.rawValue, of: "mattermost", [PluginRecord.Key.messages: post.description])
        }
        return post
    }

    package func answer(
        _ click: Click, as environment: Environment? = nil, tell: @escaping ClickNews = { _, _ in }
    ) async -> ClickAnswer {
        await Approvals(context: (environment ?? self.environment).clicks, tell: tell).answer(click, ClickProgress())
    }
}
