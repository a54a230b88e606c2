import Access
import GRPCCore
import Logging

extension WatcherService {
    private enum Step: Sendable {
        /// The credentials have changed, so a connection with them has to be made.
        case renewed
        /// The last attempt to use them failed a while ago, and is to be repeated.
        case retry
        /// The watch on this connection is on.
        case began(Link)
        /// The connection has ended because of the error; the link is nil if the connection could not be made.
        case ended(Link?, TeleportError)
        /// Nothing is to be done.
        case idle
    }

    /// Watches on one connection until it ends, and returns the error with which it ended.
    ///
    /// When the credentials change, a new connection is made beside the live one and takes over once its watch is on. So no
    /// event is missed, and calls in flight are not interrupted.
    ///
    /// ```
    /// live ── renewed, retry ──▶ live + a new connection
    /// live + new ── new began ──▶ the new one is live; the old one is retired (closed after a call's time limit)
    /// live + new ── new ended ──▶ live; retry after the refresh interval
    /// live ── live ended ──▶ return
    /// ```
    func serveAndRenew(
        _ first: Link, changes: AsyncStream<Void>, open: @escaping @Sendable () async throws -> Link
    ) async -> TeleportError {
        let (begun, announce) = AsyncStream<Link>.makeStream()
        return await withTaskGroup(of: Step.self) { group in
            defer { group.cancelAll() }
            var live = first
            var retired: [Link] = []
            group.addTask { .ended(first, await self.serve(first) { announce.yield($0) }) }
            group.addTask { await Self.next(of: begun) }
            group.addTask { await Self.next(of: changes) }
            for await step in group {
                switch step {
                case .renewed:
                    group.addTask { await Self.next(of: changes) }
                    group.addTask { await self.replace(open) { announce.yield($0) } }
                case .retry:
                    group.addTask { await self.replace(open) { announce.yield($0) } }
                case .began(let link):
                    group.addTask { await Self.next(of: begun) }
                    guard link !== live else { continue }
                    logger.info("Watching with the changed credentials")
                    retired.append(live)
                    group.addTask { [live] in await self.retire(live) }
                    live = link
                case .ended(let link, let failure):
                    if link === live { return failure }
                    guard !retired.contains(where: { $0 === link }) else { continue }
                    logger.warning("No connection with the changed credentials; the one before is kept: \(failure.message)")
                    client.slot.restore(live)
                    group.addTask { await self.pause() }
                case .idle: break
                }
            }
            return first.explain(CancellationError(), during: .watch)
        }
    }

    private static func next(of changes: AsyncStream<Void>) async -> Step {
        for await _ in changes { return .renewed }
        return .idle
    }

    private static func next(of begun: AsyncStream<Link>) async -> Step {
        for await link in begun { return .began(link) }
        return .idle
    }

    private func replace(
        _ open: @Sendable () async throws -> Link, began: @escaping @Sendable (Link) -> Void
    ) async -> Step {
        do {
            let link = try await open()
            return .ended(link, await serve(link, began: began))
        } catch {
            return .ended(nil, (error as? TeleportError) ?? TeleportError(.unavailable, "\(error)", cause: error))
        }
    }

    /// Closes a connection after the time limit of the calls that began on it.
    private func retire(_ link: Link) async -> Step {
        try? await client.clock.sleep(for: client.configuration.callTimeout)
        link.close()
        return .idle
    }

    private func pause() async -> Step {
        try? await client.clock.sleep(for: client.configuration.refreshInterval)
        return Task.isCancelled ? .idle : .retry
    }
}
