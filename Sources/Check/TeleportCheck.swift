import Access
import MonitoringRules
import Settings
import Watcher

/// Checks that Teleport can be reached and that the plugin's role has each permission it needs.
struct TeleportCheck: Sendable {
    /// The results of these steps that later steps need.
    struct Facts: Sendable {
        /// The cluster's name; nil if it is not known.
        var cluster: String?
        /// The monitoring rules that name this plugin.
        var rules = RuleBook.empty
    }

    let settings: Settings
    let report: CheckReport
    /// The roles in the client certificate; nil if the certificate cannot be used.
    let roles: [String]?

    private var steps: [String] {
        ["Teleport", "Teleport version"] + Permission.asked(settings).map(\.name) + [Self.clock, RuleSteps.name]
    }
    private static let clock = "Teleport's clock"
    /// The time by which a request may seem to come from the future. The clocks of a cluster's servers differ a little among
    /// themselves.
    private static let tolerance = Duration.seconds(30)
    /// The largest number of users for whom a review is tried.
    private static let userLimit = 20

    /// Runs the steps and returns what they found.
    func run() async -> Facts {
        guard roles != nil else {
            skip(steps[...], "the credentials cannot be used")
            return Facts()
        }
        let client = TeleportClient(configuration: settings.teleport, logger: .silent)
        return await Connection.open(client, asksForEvents: false) { outcome in
            if let outcome { return self.refused(outcome) }
            let version = client.status.serverVersion ?? ""
            let route = client.routeDescription.map { " as \($0)" } ?? ""
            let cluster = client.clusterName ?? "without a name"
            report.add(.ok("Teleport", "\(settings.teleport.address) leads to the cluster \(cluster)\(route)"))
            report.add(.ok("Teleport version", version.isEmpty ? "not told" : version))
            await checkFeatures(client, failed: await checkPermissions(client))
            await checkClock(client)
            return Facts(cluster: client.clusterName, rules: await checkRules(client))
        }
    }

    private func refused(_ failure: TeleportError) -> Facts {
        // The version was asked for over a connection that works, so only the version is at fault.
        let isTooOld = failure.reason == .serverTooOld
        if isTooOld { report.add(.ok("Teleport", "\(settings.teleport.address) can be reached")) }
        report.add(Self.step(failure, name: isTooOld ? "Teleport version" : "Teleport"))
        skip(steps.dropFirst(isTooOld ? 2 : 1), "no connection to Teleport")
        return Facts()
    }

    /// Returns the failed step for an error that prevented a connection.
    static func step(_ failure: TeleportError, name: String = "Teleport") -> CheckStep {
        let mend =
            failure.reason == .noRoute
            ? "Mend what keeps the one that you mean from working, or set [teleport] addr to the auth service, usually port 3025."
            : "Check [teleport] addr and the network; the auth service listens on port 3025."
        return .failed(name, failure, otherwise: mend)
    }

    private func skip(_ names: ArraySlice<String>, _ why: String) {
        for name in names { report.add(.skipped(name, why)) }
    }

    /// Compares the clocks by the newest request, because no call of Teleport's returns the time: a request from the future
    /// shows that the clocks differ.
    private func checkClock(_ client: TeleportClient) async {
        let newest = (try? await client.requests())?.map(\.created).max()
        guard let ahead = newest?.since(.now), ahead > Self.tolerance else {
            return report.add(.skipped(Self.clock, "Teleport does not tell its time; no request was made in the future"))
        }
        report.add(
            .failed(
                Self.clock, "a request was made \(ahead.components.seconds) s in the future by this machine's clock",
                mend: "Set the clocks of both machines, for example with timedatectl set-ntp true."))
    }
}

// MARK: - Permissions

extension TeleportCheck {
    /// Returns the permissions that were not confirmed.
    private func checkPermissions(_ client: TeleportClient) async -> Set<Permission> {
        var failed: Set<Permission> = []
        for permission in Permission.asked(settings) {
            do {
                try await ask(permission, client)
                report.add(.ok(permission.name, permission.purpose))
            } catch {
                failed.insert(permission)
                guard error.code == .permissionDenied else {
                    report.add(.failed(permission.name, error, otherwise: permission.mendElsewhere))
                    continue
                }
                let mend = permission.mend(role: roles?.first ?? "of the plugin")
                // These errors say more than that a permission is missing.
                let isExplained = error.reason == .needsMFA || permission == .reviewForUsers
                report.add(
                    isExplained
                        ? .failed(permission.name, error, otherwise: mend)
                        : .failed(permission.name, error.words, mend: mend))
            }
        }
        return failed
    }

    /// Makes one call that needs the permission. A write names a request that does not exist, so nothing changes: with the
    /// permission the answer is "not found".
    private func ask(_ permission: Permission, _ client: TeleportClient) async throws(TeleportError) {
        guard let nobody = RequestID(RandomID.uuid()) else { return }
        do {
            switch permission {
            case .list: try await listAll(client)
            case .watch: try await watch()
            case .readData: _ = try await client.pluginData(of: nobody)
            case .writeData: try await client.updatePluginData(of: nobody, setting: ["check": ""], expecting: [:])
            case .review: _ = try await client.review(.deny, of: nobody, as: nil, reason: "")
            case .reviewForUsers: try await reviewForUsers(nobody, client)
            case .readLists:
                _ = try await client.accessLists()
                try await client.updateListData(of: nobody.rawValue, setting: ["check": ""], expecting: [:])
            case .decide: try await client.decide(.deny, on: nobody, delegator: "", reason: "")
            case .findUsers:
                _ = try await client.users(.trait(name: settings.approvals.policy.userTrait ?? "", value: nobody.rawValue))
            }
        } catch {
            guard error.code == .notFound else { throw error }
        }
    }

    /// Submits a review for each Teleport user whom the configuration names. A user whom Teleport does not store is left out,
    /// because users of single sign-on are stored only while they are logged in.
    private func reviewForUsers(_ nobody: RequestID, _ client: TeleportClient) async throws(TeleportError) {
        for user in Set(settings.approvals.policy.users.values).sorted().prefix(Self.userLimit) {
            do {
                _ = try await client.review(.deny, of: nobody, as: user, reason: "")
            } catch {
                guard error.code == .notFound || error.reason == .review(.authorNotStored) else { throw error }
            }
        }
    }

    private func listAll(_ client: TeleportClient) async throws(TeleportError) {
        guard try await client.showsAllRequests() else {
            throw TeleportError(
                .permissionDenied, "no rule of the role shows every access request, so a list of them proves nothing")
        }
    }

    /// Watches on a connection of its own, because the server ends the watch if the permission is missing.
    private func watch() async throws(TeleportError) {
        let client = TeleportClient(configuration: settings.teleport, logger: .silent)
        if let failure = await Connection.open(client, asksForEvents: true, { $0 }) { throw failure }
    }
}
