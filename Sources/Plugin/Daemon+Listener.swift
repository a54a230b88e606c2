import Access
import ActionCrypto
import CallbackServer
import Mattermost
import NIOPosix
import Watcher

extension Daemon {
    func makeListener(_ desk: ClickDesk, _ health: Health) -> CallbackServer {
        CallbackServer(
            configuration: CallbackServer.Configuration(
                address: settings.http.listen, tls: tls, pathPrefix: settings.http.publicURL.path,
                basicAuth: settings.http.basicAuth.map { BasicAuth(user: $0.user, password: $0.password) }),
            group: MultiThreadedEventLoopGroup.singleton, logger: logger,
            verify: { [signer, teleport] context, _ in
                // Before Teleport told its name the signature alone decides; the click is then answered in words.
                let cluster = teleport.clusterName ?? context.cluster
                return Verification(signer.verify(context, cluster: cluster, at: .now))
            },
            readiness: { Readiness(problems: health.reasons.map { "\($0.part.rawValue): \($0.problem)" }) },
            decide: { click in
                let answer = await desk.answer(Click(click))
                return clickAnswer(update: answer.update, ephemeral: answer.text)
            })
    }
}

extension Click {
    init(_ click: VerifiedClick) {
        self.init(
            requestID: click.action.requestID, decision: click.action.decision,
            cluster: click.action.binding?.cluster, userID: click.userID,
            post: PostReference(channelID: click.channelID, postID: click.postID),
            isExpired: click.action.binding.map { $0.expires <= .now } ?? false)
    }
}
