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
import Settings
import Telemetry
import Watcher

extension Daemon {
    /// - Parameter started: is given its value once the listener listens.
    func makeListener(_ clicks: ClickService, _ health: Health, started: Once<Void>) -> CallbackServer {
        var configuration = CallbackServer.Configuration(
            address: settings.http.listen, tls: tls, pathPrefix: settings.http.publicURL?.path ?? "",
            admission: admission)
        configuration.boundSocket = inheritedSocket
        return CallbackServer(
            configuration: configuration,
            group: Threads.shared.listening, logger: logger,
            verify: { [signer, teleport, now] context, _ in
                // Until Teleport has told the cluster's name the signature alone decides. The click is then answered in words.
                let cluster = teleport.clusterName ?? context.cluster
                return Verification(signer.current.verify(context, cluster: cluster, at: now()))
            },
            readiness: { Readiness(problems: condition(health).reasons.map(\.words)) },
            bound: { [inheritedSocket, logger] address in
                if inheritedSocket != nil {
                    let local = ListenAddress(host: address.ipAddress, port: address.port ?? 0)
                    logger.info("Listening on the socket that systemd passes, \(local)")
                }
                started.give(())
            },
            trim: trim, dialogs: settings.approvals.hasButtons ? dialogs(clicks) : nil,
            refused: { [audit, now] refused in
                audit.writeRefusedCallbacks(
                    refused.count, from: refused.remote, because: refused.reason, claims: refused.metadata, at: now())
            },
            observe: telemetry.observe,
            decide: { click, respond in
                await clicks.answer(click) { reply in
                    respond(reply.map { clickAnswer(update: $0.update, ephemeral: $0.text) })
                }
            })
    }

    private func dialogs(_ clicks: ClickService) -> CallbackServer.Dialogs {
        CallbackServer.Dialogs(
            open: { [signer] in signer.current.open($0) },
            decide: { submission, respond in
                await clicks.answer(submission) { reply in respond(reply.map(\.json)) }
            })
    }
}
