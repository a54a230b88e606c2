import Access
import Base
import Logging
import ServiceLifecycle

/// Logs one line when everything works for the first time after the start.
struct ReadyLine: Service {
    /// Is given its value once the listener listens.
    let started: Once<Void>
    /// Yields whenever the plugin may have become ready.
    let news: AsyncStream<Health.News>
    let isReady: @Sendable () -> Bool
    /// Returns what the plugin does now, as the continuation of a sentence.
    let words: @Sendable () -> String
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard await started.value() != nil, await becomesReady() else { return }
            logger.info("Ready: \(words())")
            // The end of a service before a shutdown would end the plugin.
            try? await gracefulShutdown()
        }
    }

    /// Waits until the plugin is ready. Returns false if it is told to stop before.
    private func becomesReady() async -> Bool {
        if isReady() { return true }
        for await _ in news where isReady() { return true }
        return false
    }
}
