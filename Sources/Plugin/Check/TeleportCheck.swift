import Access
import Settings
import Watcher

/// Whether Teleport can be reached, and each permission that the plugin's role must have.
struct TeleportCheck: Sendable {
    let settings: Settings
    let report: CheckReport
    /// Of the client certificate; nil where it cannot be used.
    let roles: [String]?

    private var steps: [String] {
        ["Teleport", "Teleport version"] + Permission.asked(settings.approvals).map(\.name) + [Self.clock]
    }
    private static let clock = "Teleport's clock"
    /// Requests are made on servers whose clocks may be a little apart themselves.
    private static let tolerance = Duration.seconds(30)

    /// Gives the cluster's name where it is known.
    func run() async -> String? {
        guard roles != nil else {
            skip(steps[...], "the credentials cannot be used")
            return nil
        }
        let client = TeleportClient(configuration: settings.teleport, logger: .silent)
        return await Connection.open(client, asksForEvents: false) { outcome in
            if let failure = outcome { return self.refused(failure) }
            let version = client.status.serverVersion ?? ""
            let way = client.wayInWords.map { " as \($0)" } ?? ""
            let cluster = client.clusterName ?? "without a name"
            report.add(.ok("Teleport", "\(settings.teleport.address) leads to the cluster \(cluster)\(way)"))
            report.add(.ok("Teleport version", version.isEmpty ? "not told" : version))
            await checkPermissions(client)
            await checkClock(client)
            return client.clusterName
        }
    }

    private func refused(_ reason: String) -> String? {
        // The one failure that comes after TLS did well.
        let isTooOld = reason.contains(" is version ")
        if isTooOld { report.add(.ok("Teleport", "\(settings.teleport.address) can be reached")) }
        let mend = "Check [teleport] addr and the network; the auth service listens on port 3025."
        let name = isTooOld ? "Teleport version" : "Teleport"
        let ways = Self.ways(reason)
        report.add(ways.map { .failed(name, $0.detail, mend: $0.mend) } ?? .failed(name, Words(reason), otherwise: mend))
        skip(steps.dropFirst(isTooOld ? 2 : 1), "no connection to Teleport")
        return nil
    }

    /// Where several ways to Teleport were tried each has its own reason, with what a proxy says of itself before them.
    static func ways(_ reason: String) -> (detail: String, mend: String)? {
        guard let start = reason.firstRange(of: "No way to the auth service")?.lowerBound else { return nil }
        let advice = String(reason[..<start].dropLast())
        let mend =
            "Mend what keeps the one that you mean from working, or set [teleport] addr to the auth service, usually port 3025."
        return (String(reason[start...]), advice.isEmpty ? mend : advice)
    }

    private func skip(_ names: ArraySlice<String>, _ why: String) {
        for name in names { report.add(.skipped(name, why)) }
    }

    /// No call of Teleport's tells the time, but a request from the future does.
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
    private func checkPermissions(_ client: TeleportClient) async {
        for permission in Permission.asked(settings.approvals) {
            do {
                try await ask(permission, client)
                report.add(.ok(permission.name, permission.purpose))
            } catch {
                guard error.code == .permissionDenied else {
                    report.add(.failed(permission.name, error, otherwise: "See Teleport's log, and check again."))
                    continue
                }
                let mend = permission.mend(role: roles?.first ?? "of the plugin")
                report.add(.failed(permission.name, Mend.split("\(error)").detail, mend: mend))
            }
        }
    }

    /// Writes go to a request that does not exist: whoever may write is told that, and nothing changes.
    private func ask(_ permission: Permission, _ client: TeleportClient) async throws(TeleportError) {
        guard let nobody = RequestID(RandomID.uuid()) else { return }
        do {
            switch permission {
            case .list: try await listAll(client)
            case .watch: try await watch()
            case .readData: _ = try await client.pluginData(of: nobody)
            case .writeData: try await client.updatePluginData(of: nobody, setting: ["check": ""], expecting: [:])
            case .review: _ = try await client.review(.deny, of: nobody, as: nil, reason: "")
            case .decide: try await client.decide(.deny, on: nobody, delegator: "", reason: "")
            }
        } catch {
            guard error.code == .notFound else { throw error }
        }
    }

    private func listAll(_ client: TeleportClient) async throws(TeleportError) {
        guard try await client.showsAllRequests() else {
            throw TeleportError(
                .permissionDenied, "no rule of the role shows every access request, so a list of them proves nothing")
        }
    }

    /// On a connection of its own: without the permission it does not last.
    private func watch() async throws(TeleportError) {
        let client = TeleportClient(configuration: settings.teleport, logger: .silent)
        let failure = await Connection.open(client, asksForEvents: true) { $0 }
        guard let failure else { return }
        throw TeleportError(failure.contains("permission denied") ? .permissionDenied : .unavailable, failure)
    }
}

/// Words of an error that came as no more than words.
struct Words: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
