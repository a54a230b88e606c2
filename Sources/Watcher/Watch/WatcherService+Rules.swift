import Access
import GRPCCore
import Logging
import SwiftProtobuf
import Synchronization
import TeleportAPI

extension WatcherService {
    /// The pauses between attempts to watch rules on one connection.
    private static let pauses = Duration.seconds(1)...Duration.seconds(60)

    /// Watches access monitoring rules for as long as the task runs, and reports each change as ``WatchEvent/rulesChanged``.
    ///
    /// The watch has a stream of its own, because older servers end a watch of which they refuse one kind. It ends without a
    /// consequence: rules are also listed now and then.
    func followRules(on link: Link) async {
        guard watchesRules, asksForEvents, link.hasMonitoringRules.withLock({ $0 }) else { return }
        var backoff = Backoff(Self.pauses)
        while !Task.isCancelled {
            do {
                try await watchRules(on: link)
            } catch {
                let failure = link.explain(error, during: .watchRules)
                logger.debug("No watch on access monitoring rules: \(failure.message)")
                // The server gives the same answer again, until somebody changes the role.
                if [.permissionDenied, .unimplemented, .refused].contains(failure.code) { return }
            }
            guard link.isActive, (try? await client.clock.sleep(for: backoff.next())) != nil else { return }
        }
    }

    private func watchRules(on link: Link) async throws {
        let watch = Proto_Watch.with { $0.kinds = [.with { $0.kind = "access_monitoring_rule" }] }
        try await link.api.watchEvents(watch, options: Link.options) { response in
            // The first message says that the watch has begun. What changed before it is seen by listing the rules then.
            for try await _ in response.messages { self.events.put(.rulesChanged) }
        }
    }
}
