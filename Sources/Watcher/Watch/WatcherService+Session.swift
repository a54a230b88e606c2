import Access
import GRPCCore
import Logging
import NIOCore
import SwiftProtobuf
import Synchronization
import TeleportAPI

extension WatcherService {
    /// Connects, checks the server's version and watches until the connection ends. Returns the error with which it ended.
    func connectOnce() async -> TeleportError {
        let address: AuthAddress
        do throws(TeleportError) {
            address = try AuthAddress(
                parsing: client.configuration.address, setting: client.configuration.addressSetting)
        } catch {
            return error
        }
        // The stream is made before the files are read, so that no change is missed in between.
        let changes = client.keeper.changes()
        do {
            let link = try await open(address)
            return await serveAndRenew(link, changes: changes) {
                do {
                    return try await self.open(address)
                } catch {
                    throw TeleportError(error, during: .connect, to: address)
                }
            }
        } catch {
            return TeleportError(error, during: .connect, to: address)
        }
    }

    private func open(_ address: AuthAddress) async throws -> Link {
        let finder = RouteFinder(
            address: address, credentials: try client.keeper.load(), configuration: client.configuration, group: client.group,
            order: client.routes.withLock { $0.routes })
        let (dialled, route) = try await finder.dial()
        return try await Link(dialled, address: address, route: route, configuration: client.configuration)
    }

    /// Watches on a connection until it ends or its watch does not begin in time. Returns the error with which it ended.
    ///
    /// - Parameter began: called when the watch is on.
    func serve(_ link: Link, began: @escaping @Sendable (Link) -> Void) async -> TeleportError {
        await withTaskGroup(of: TeleportError?.self) { group in
            group.addTask { await self.runConnection(of: link) }
            // The watch has priority over all other work, because a server ends the watch of a client that takes its events
            // slowly.
            group.addTask(priority: .high) { await self.watch(on: link, began: began) }
            group.addTask {
                try? await self.client.clock.sleep(for: self.client.configuration.initTimeout)
                return link.hasBegun.withLock { $0 } ? nil : self.noInit(link)
            }
            defer { group.cancelAll() }
            for await failure in group {
                if let failure { return failure }
            }
            return link.explain(CancellationError(), during: .watch)
        }
    }

    /// Runs a connection until it ends, and returns its error a second later. The delay lets the watch's own error come first,
    /// because it says more than the end of the connection.
    private func runConnection(of link: Link) async -> TeleportError? {
        var reason = "the server closed the connection"
        do {
            try await link.run()
        } catch {
            reason = "\(error)"
        }
        client.slot.drop(link)
        try? await client.clock.sleep(for: .seconds(1))
        return link.explain(RPCError(code: .unavailable, message: reason), during: .connect)
    }

    private func watch(on link: Link, began: @escaping @Sendable (Link) -> Void) async -> TeleportError {
        do {
            try await checkVersion(on: link)
        } catch {
            let failure = link.explain(error, during: .ping)
            // A server that speaks TLS and HTTP/2 but is no auth service answers like this.
            if failure.code == .unimplemented || failure.code == .other { client.routes.withLock { $0.misled(link.route) } }
            return failure
        }
        let isNews = client.routes.withLock { $0.succeeded(link.route) }
        logger.log(level: isNews ? .info : .debug, "Reaching Teleport at \(link.address) as \(link.route)")
        await checkPermissions()
        logger.debug("Starting a request watcher...")
        // The watch on rules ends with that on requests.
        async let _: Void = followRules(on: link)
        do {
            try await follow(link, began: began)
            return link.explain(RPCError(code: .unavailable, message: "the server ended the watch"), during: .watch)
        } catch {
            return link.explain(error, during: .watch)
        }
    }

    /// Logs the permissions that the role lacks, before a call fails because of them.
    private func checkPermissions() async {
        // The connection is new, so a circuit that was opened before it must not refuse these calls.
        let lacking = await CircuitBypass.run { await client.lackingPermissions() }
        guard !lacking.isEmpty else { return client.deniedCalls.clear(.connect) }
        let words = lacking.map(\.description).joined(separator: ", ")
        client.noteDenial(
            TeleportError(.permissionDenied, "the plugin's role lacks \(words)", mend: RolePermission.mend(lacking)),
            of: .connect)
    }

    private func checkVersion(on link: Link) async throws {
        logger.debug("Checking Teleport server version")
        let answer = try await within(client.configuration.callTimeout, on: client.group.any()) {
            try await link.api.ping(Proto_PingRequest(), options: Link.options)
        }
        if let version = ServerVersion(answer.serverVersion) {
            link.hasMonitoringRules.withLock { $0 = version >= .monitoringRules }
            guard version >= .minimum else {
                throw TeleportError(
                    .misconfigured, "Teleport at \(link.address) is version \(version)",
                    mend: "the plugin needs 6.1 or newer: upgrade the cluster", reason: .serverTooOld)
            }
        } else {
            let version = answer.serverVersion.prefix(64).debugDescription
            logger.warning("Teleport's version is not understood; trying all the same", metadata: ["version": "\(version)"])
        }
        // Only clusters with this feature have the web UI's page of a request.
        let hasPage = answer.serverFeatures.advancedAccessWorkflows
        client.slot.fill(
            link, clusterName: answer.clusterName, webAddress: hasPage ? WebAddress.checked(answer.proxyPublicAddr) : nil,
            serverVersion: answer.serverVersion)
    }

    /// Opens the watch and passes its events on until it ends.
    private func follow(_ link: Link, began: @escaping @Sendable (Link) -> Void) async throws {
        guard asksForEvents else {
            watchBegan(link)
            began(link)
            return await waitForEnd()
        }
        let watch = Proto_Watch.with { $0.kinds = [.with { $0.kind = "access_request" }] }
        try await link.api.watchEvents(watch, options: Link.options) { response in
            for try await message in response.messages {
                guard let event = WatchEvent(message) else {
                    self.logger.debug(
                        "Skipping an event that is about no access request", metadata: ["type": "\(message.type)"])
                    continue
                }
                self.client.note(event, message)
                if event == .connected {
                    self.watchBegan(link)
                    began(link)
                }
                if !self.events.put(event) {
                    self.logger.warning("More events came than are held: all requests will be looked at again")
                }
            }
        }
    }

    /// Waits until the connection's end cancels the task. It replaces the watch on a connection that carries only calls.
    private func waitForEnd() async {
        events.put(.connected)
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        defer { continuation.finish() }
        for await _ in stream {}
    }

    private func watchBegan(_ link: Link) {
        link.hasBegun.withLock { $0 = true }
        client.slot.watching()
        switch state.withLock({ $0.initReceived() }) {
        case .connected: logger.debug("Watcher connected")
        case .recovered: logger.info("Watcher connected")
        case .ignore: break
        }
    }

    private func noInit(_ link: Link) -> TeleportError {
        let limit = client.configuration.initTimeout
        return TeleportError(.timedOut, "Teleport at \(link.address) answers, but the watch did not start in \(limit)")
    }
}
