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
            verify: { [signer, teleport] context, channelID in
                // Before Teleport told its name the signature alone decides; the click is then answered in words.
                let cluster = teleport.clusterName ?? context.cluster
                return Verification(signer.verify(context, cluster: cluster, at: .now), in: channelID)
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
            requestID: click.action.requestID, decision: click.action.decision, cluster: click.action.cluster,
            userID: click.userID, post: PostReference(channelID: click.channelID, postID: click.postID),
            isExpired: click.action.expires <= .now)
    }
}

extension Verification {
    /// A person who clicks an expired button gets words; whoever brings a context from another channel gets none.
    init(_ result: Result<VerifiedAction, ActionSigner.Refusal>, in channelID: String) {
        switch result {
        case .success(let action), .failure(.expired(let action)):
            self = action.channelID == channelID ? .genuine(action) : .refused(reason: "signed for another channel")
        case .failure(.malformed): self = .refused(reason: "malformed context")
        case .failure(.unknownKey): self = .refused(reason: "signed with another secret")
        case .failure(.badSignature): self = .refused(reason: "wrong signature")
        case .failure(.wrongCluster): self = .refused(reason: "signed for another cluster")
        }
    }
}
