import Access
import GRPCCore
import Logging

extension WatcherService {
    private enum Happening: Sendable {
        /// The files changed.
        case renewed
        /// The last try to use them failed a while ago.
        case retry
        /// The watch on this connection is on.
        case began(Link)
        /// Nil: it was never made.
        case ended(Link?, TeleportError)
        case idle
    }

    /// Watches on one connection until that ends. When the credentials change, a new one is made beside it, and takes over once
    /// its watch is on: no event is missed, and calls that are under way go on.
    func serveAndRenew(
        _ first: Link, changes: AsyncStream<Void>, open: @escaping @Sendable () async throws -> Link
    ) async -> TeleportError {
        let (begun, announce) = AsyncStream<Link>.makeStream()
        return await withTaskGroup(of: Happening.self) { group in
            defer { group.cancelAll() }
            var live = first
            var retired: [Link] = []
            group.addTask { .ended(first, await self.serve(first) { announce.yield($0) }) }
            group.addTask { await Self.next(of: begun) }
            group.addTask { await Self.next(of: changes) }
            for await happening in group {
                switch happening {
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

    private static func next(of changes: AsyncStream<Void>) async -> Happening {
        for await _ in changes { return .renewed }
        return .idle
    }

    private static func next(of begun: AsyncStream<Link>) async -> Happening {
        for await link in begun { return .began(link) }
        return .idle
    }

    private func replace(
        _ open: @Sendable () async throws -> Link, began: @escaping @Sendable (Link) -> Void
    ) async -> Happening {
        do {
            let link = try await open()
            return .ended(link, await serve(link, began: began))
        } catch {
            return .ended(nil, (error as? TeleportError) ?? TeleportError(.unavailable, "\(error)", cause: error))
        }
    }

    /// Calls that began on it have their time to end.
    private func retire(_ link: Link) async -> Happening {
        try? await client.clock.sleep(for: client.configuration.callTimeout)
        link.close()
        return .idle
    }

    private func pause() async -> Happening {
        try? await client.clock.sleep(for: client.configuration.refreshInterval)
        return Task.isCancelled ? .idle : .retry
    }
}
