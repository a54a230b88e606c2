package import Access
import ActionCrypto
import Base
package import Logging
import ServiceLifecycle
import Synchronization

/// Holds Mattermost's public key, which verifies who clicked. The key is fetched at the start, and fetched again when a proof
/// does not match it.
package final class ClickerKeys: Service {
    /// Asks Mattermost for its public key. It returns nil if Mattermost offers none.
    package typealias Fetch = @Sendable () async throws(MattermostError) -> String?

    /// The result of checking a proof.
    enum Outcome: Equatable {
        case proven(ClickerProof)
        case forged
        /// No key is known yet, so no proof can be verified.
        case unknown
    }

    /// The shortest time between two fetches, because otherwise every forged click would cause one.
    static let refetchInterval = Duration.seconds(60)
    /// The time for which a click waits for a newer key. The whole answer may take 2.5 s.
    static let patience = Duration.milliseconds(1200)
    private static let retries = Duration.seconds(1)...Duration.seconds(30)

    private struct State {
        var key: ClickerKey?
        var text: String?
        /// The elapsed time at which Mattermost was last asked. This is nil before the first answer.
        var asked: Duration?
        /// The fetch that is under way or about to begin. Clicks wait for it.
        var question: Once<Void>? = Once()
        /// The kind of failure that was logged last.
        var told = SayOnce<String>()
    }

    private let state = Mutex(State())
    private let wishes: AsyncStream<Void>
    private let wish: AsyncStream<Void>.Continuation
    private let fetch: Fetch
    private let server: String
    private let health: Health
    private let logger: Logger
    private let elapsed: @Sendable () -> Duration
    private let clock: any Clock<Duration>

    package init(
        server: String, health: Health, logger: Logger, elapsed: @escaping @Sendable () -> Duration,
        clock: any Clock<Duration> = .continuous, fetch: @escaping Fetch
    ) {
        self.server = server
        self.health = health
        self.logger = logger
        self.elapsed = elapsed
        self.clock = clock
        self.fetch = fetch
        (wishes, wish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        health.begin(.proof, with: Notice("Mattermost's public key is not known yet"))
    }

    /// Fetches the key at the start and then whenever a click asks for it. It throws ``NotOffered`` if the server offers no key
    /// at the start. If the server stops offering one later, the known key stays in use.
    package func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in try await fetchUntilCancelled() }
    }

    /// Does the same as ``run()``, but ends only when the task is cancelled.
    package func fetchUntilCancelled() async throws {
        try await learn()
        for await _ in wishes { await ask() }
    }

    /// Checks the proof in a trigger id. A proof that does not match is called forged only after waiting for a newer key, if
    /// one may be fetched.
    func check(_ trigger: TriggerID) async -> Outcome {
        let known = state.withLock { $0.key }
        if let proof = known.flatMap(trigger.proof(under:)) { return .proven(proof) }
        guard let question = askAgain() else { return known == nil ? .unknown : .forged }
        _ = await question.value(within: Self.patience, clock)
        guard let key = state.withLock({ $0.key }) else { return .unknown }
        return trigger.proof(under: key).map(Outcome.proven) ?? .forged
    }

    // MARK: - Fetching the key

    /// Returns the fetch that is under way, or begins a new one. This is nil if the last fetch was less than
    /// ``refetchInterval`` ago.
    private func askAgain() -> Once<Void>? {
        let now = elapsed()
        return state.withLock { state in
            if let question = state.question { return question }
            if let asked = state.asked, now - asked < Self.refetchInterval { return nil }
            state.question = Once()
            wish.yield()
            return state.question
        }
    }

    /// Fetches the key, with backoff, until there is one.
    private func learn() async throws {
        var backoff = Backoff(Self.retries)
        while !Task.isCancelled {
            switch await ask() {
            case .learnt: return
            case .notOffered:
                throw NotOffered(server: server)
            case .failed: break
            }
            guard (try? await clock.sleep(for: backoff.next())) != nil else { return }
        }
    }

    /// The error for a Mattermost server that has no key with which it could prove who clicks.
    package struct NotOffered: OperatorError {
        package let server: String

        package var words: String {
            """
            [approvals] require_clicker_proof is true, but \(server) offers no AsymmetricSigningPublicKey in \
            GET /api/v4/config/client?format=old, so nobody can prove who clicked.
            """
        }
        package var mend: String? {
            "Upgrade Mattermost, or set require_clicker_proof = false to believe whoever the callback names."
        }
    }

    private enum Answer { case learnt, notOffered, failed }

    @discardableResult
    private func ask() async -> Answer {
        state.withLock { $0.question = $0.question ?? Once() }
        defer { answered() }
        do {
            guard let text = try await fetch() else {
                logger.warning("Mattermost offers no AsymmetricSigningPublicKey; going on with what is known")
                return .notOffered
            }
            try take(text)
            return .learnt
        } catch {
            if Task.isCancelled { return .failed }
            let kind = (error as? MattermostError)?.kind ?? "\(error)"
            let isNews = state.withLock { $0.told.isNews(kind) }
            logger.log(level: isNews ? .warning : .debug, "Could not learn Mattermost's public key: \(error)")
            return .failed
        }
    }

    private func answered() {
        let now = elapsed()
        let question = state.withLock { state in
            state.asked = now
            defer { state.question = nil }
            return state.question
        }
        question?.give(())
    }

    private func take(_ text: String) throws(OpenSSLError) {
        let key = try ClickerKey(text)
        let before = state.withLock { state in
            defer { (state.key, state.text) = (key, text) }
            state.told.clear()
            return state.text
        }
        health.set(.proof, problem: nil)
        if let before, before != text { logger.notice("Mattermost proves clicks with another key now") }
    }
}
