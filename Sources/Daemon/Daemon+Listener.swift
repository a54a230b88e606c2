import Access
import ActionCrypto
import Base
import CallbackServer
import CircuitBreakers
import Clicks
import Log
import Logging
import Mattermost
import NIOCore
import NIOPosix
import Settings
import Watcher

extension Daemon {
    /// - Parameter started: is given its value once the listener listens.
    func makeListener(_ clicks: ClickService, _ health: Health, started: Once<Void>) -> CallbackServer {
        var configuration = CallbackServer.Configuration(
            address: settings.http.listen, tls: tls, pathPrefix: settings.http.publicURL?.path ?? "",
            basicAuth: settings.http.basicAuth.map { BasicAuth(user: $0.user, password: $0.password) },
            trustedProxies: settings.http.trustedProxies, allowedSources: settings.http.allowedSources)
        configuration.inherited = inheritedSocket
        return CallbackServer(
            configuration: configuration,
            group: MultiThreadedEventLoopGroup.singleton, logger: logger,
            verify: { [signer, teleport, now] context, _ in
                // Until Teleport has told the cluster's name the signature alone decides. The click is then answered in words.
                let cluster = teleport.clusterName ?? context.cluster
                return Verification(signer.current.verify(context, cluster: cluster, at: now()))
            },
            readiness: { readiness(health) },
            bound: { [inheritedSocket, logger] address in
                if inheritedSocket != nil {
                    let local = ListenAddress(host: address.ipAddress, port: address.port ?? 0)
                    logger.info("Listening on the socket that systemd passes, \(local)")
                }
                started.give(())
            },
            dialogs: settings.approvals.hasButtons ? dialogs(clicks) : nil,
            refused: { [audit, now] refused in
                audit.writeRefusedCallbacks(
                    refused.count, from: refused.remote, because: refused.reason, claims: refused.metadata, at: now())
            },
            decide: { click, respond in
                await clicks.answer(click) { reply in
                    respond(reply.map { clickAnswer(update: $0.update, ephemeral: $0.text) })
                }
            })
    }

    func readiness(_ health: Health) -> Readiness {
        Readiness(health, teleport.status, logFiles.compactMap(\.trouble), asked: circuits.pauseNote(at: now()))
    }

    /// Returns the parts of the plugin's work that fail, in a fixed order. There are none exactly if ``readiness(_:)`` has no
    /// problems.
    func failing(_ health: Health) -> [Health.Part] {
        var failing = Set(health.reasons.map(\.part))
        if !teleport.status.denials.isEmpty { failing.insert(.teleport) }
        if circuits.pauseNote(at: now()) != nil { failing.insert(.mattermost) }
        return Health.Part.allCases.filter(failing.contains)
    }

    private func dialogs(_ clicks: ClickService) -> CallbackServer.Dialogs {
        CallbackServer.Dialogs(
            open: { [signer] in signer.current.open($0) },
            decide: { submission, respond in
                await clicks.answer(submission) { reply in respond(reply.map(\.json)) }
            })
    }
}

extension Readiness {
    /// Makes the answer to a readiness probe. A permission that the role lacks is left out if the watch has failed for the same
    /// reason, because that failure is already among the problems.
    /// - Parameters:
    ///   - lost: notes about log files that lose lines.
    ///   - asked: a note about a pause that Mattermost asked for.
    fileprivate init(_ health: Health, _ status: ConnectionStatus, _ lost: [String], asked: String?) {
        let reasons =
            health.reasons.map { "\($0.part.rawValue): \($0.problem.message)" } + (asked.map { ["mattermost: \($0)"] } ?? [])
        let denials = status.denials.filter { $0 != status.lastFailure }.map { "teleport: \($0.message)" }
        var gauges = [Gauge("teleport_connected", "1 while requests are watched.", status.connected ? 1 : 0)]
        if let expires = status.identityExpires {
            gauges.append(
                Gauge(
                    "identity_expiry_timestamp_seconds", "When the client certificate for Teleport expires, in Unix time.",
                    expires.milliseconds / 1000))
        }
        self.init(
            problems: reasons + denials,
            notes: status.notes.map(\.message) + health.notes.map { "\($0.part.rawValue): \($0.note.message)" } + lost,
            gauges: gauges)
    }
}
