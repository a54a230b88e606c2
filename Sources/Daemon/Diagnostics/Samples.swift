import Access
import CallbackServer
import CircuitBreakers
import Log
import Mattermost
import Posts
import Telemetry
import Watcher

extension Daemon {
    /// Reads the gauges of `/metrics`. They are read only when somebody asks, so that an idle plugin does nothing for them.
    /// - Parameter rules: what is known of the monitoring rules; nil if they are switched off.
    func samples(_ health: Health, _ backlog: Backlog, _ rules: RuleKeeper.Figures?) -> [Sample] {
        state(health) + waiting(backlog) + (rules.map(known) ?? []) + expiries
            + [
                Sample(.logsFailing, value: Double(logFiles.count { $0.trouble != nil })),
                Sample(.clockDifference, value: chat.clockDifference / .seconds(1)),
                Sample(.build, Version.number, BuildInfo.gitRef, BuildInfo.swiftVersion, value: 1),
            ] + ProcessFigures.samples
    }

    private func state(_ health: Health) -> [Sample] {
        let failing = Set(failing(health)), status = teleport.status
        var noted = Set(health.notes.map(\.part))
        if !status.notes.isEmpty { noted.insert(.teleport) }
        return [Sample(.ready, value: condition(health).isReady ? 1 : 0)]
            + Health.Part.allCases.map { Sample(.partFailing, $0.rawValue, value: failing.contains($0) ? 1 : 0) }
            + Health.Part.allCases.map { Sample(.partNoted, $0.rawValue, value: noted.contains($0) ? 1 : 0) }
            + [
                Sample(.teleportConnected, value: status.connected ? 1 : 0),
                Sample(.circuitOpen, "teleport", value: circuits.teleport.isOpen ? 1 : 0),
                Sample(.circuitOpen, "mattermost", value: circuits.chat.isOpen ? 1 : 0),
            ]
    }

    private func waiting(_ backlog: Backlog) -> [Sample] {
        WorkQueue.Lane.allCases.flatMap { lane in
            let line = backlog.lines[lane] ?? Backlog.Line()
            return Backlog.State.allCases.map {
                Sample(.backlog, lane.name, $0.rawValue, value: Double(line.counts[$0] ?? 0))
            } + [Sample(.backlogAge, lane.name, value: (line.oldest ?? .zero) / .seconds(1))]
        }
    }

    private func known(_ rules: RuleKeeper.Figures) -> [Sample] {
        [
            Sample(.rules, "usable", value: Double(rules.usable)), Sample(.rules, "skipped", value: Double(rules.skipped)),
        ] + moment(.rulesRead, rules.readAt)
    }

    private func moment(_ declaration: MetricDeclaration, _ time: Timestamp?) -> [Sample] {
        time.map { [Sample(declaration, value: Double($0.milliseconds / 1000))] } ?? []
    }

    private var expiries: [Sample] {
        let status = teleport.status
        var samples = moment(.identityExpiry, status.identityExpires) + moment(.certificateExpiry, tls?.expires)
        if let begins = status.identityBegins, let expires = status.identityExpires {
            samples.append(Sample(.identityLifetime, value: expires.since(begins) / .seconds(1)))
        }
        return samples
    }
}
