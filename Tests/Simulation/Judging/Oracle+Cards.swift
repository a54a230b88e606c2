import Access
import ActionCrypto

/// Judges what posts show and tell besides the status of their request.
extension Oracle {
    /// Judges a card at the moment at which it is posted, or written into a post.
    func judge(_ card: Card, in post: PostReference) {
        judgeButtons(of: card, in: post)
        judgeDecider(card, in: post)
        guard let request = world.teleport.made(card.requestID), let user = card.value(of: "User") else { return }
        // Nothing may be known of a request that is gone.
        guard user == "`\(request.user)`" || user == "unknown" && card.status == .expired else {
            return violation(.shownContent, "\(post) shows \(user) as who asked for \(request.id), which was \(request.user)")
        }
    }

    /// A pending request has two buttons, which decide this request in this channel, and any other has none.
    private func judgeButtons(of card: Card, in post: PostReference) {
        guard card.status == .pending else {
            if !card.buttons.isEmpty { violation(.shownContent, "\(post) shows \(card.status.name) and has buttons") }
            return
        }
        // The buttons of a request that outlives its time decide nothing, and need not be made as if they did.
        if let expires = world.teleport.made(card.requestID)?.expires, expires <= world.wallTime { return }
        let decisions = card.buttons.compactMap { button -> Decision? in
            guard button.context[ActionContext.Key.channelID.rawValue] == post.channelID else { return nil }
            guard let action = world.verify(button.context), action.requestID == card.requestID else { return nil }
            return action.decision.rawValue == button.id ? action.decision : nil
        }
        if decisions != Decision.allCases { violation(.shownContent, "the buttons of \(post) do not decide its request") }
    }

    /// Who is named as having decided has pressed that button. Teleport does not tell who decided, so a click that was sent and not
    /// confirmed may be named for the same decision by `tctl`.
    private func judgeDecider(_ card: Card, in post: PostReference) {
        guard let name = card.status.decider, let decision = card.status.decision else { return }
        let hasPressed = pressed.contains {
            $0.request == card.requestID && $0.decision == decision && $0.person.name == name && $0.isGenuine && $0.isMember
        }
        let isReplayed = replayed.contains {
            $0.request == card.requestID && $0.decision == decision && $0.person.name == name
        }
        guard !hasPressed, !isReplayed else { return }
        violation(.shownContent, "\(post) shows that \(name) did \(decision) \(card.requestID), who pressed no such button")
    }

    /// Judges what a post of an existing request shows and tells at the end.
    func judgeContents(of post: PostReference, _ shown: SimulatedMattermost.Post, about request: AccessRequest) {
        let status = shown.content.value(of: "Status") ?? ""
        if request.state == .pending, !status.hasSuffix(request.reviewProgress.isEmpty ? "PENDING" : request.reviewProgress) {
            violation(.shownContent, "\(post) shows “\(status)”, not \(request.reviewProgress)")
        }
        if let made = made[request.id], made.isKnown, made.decision.state == request.state, elsewhere[request.id] == nil,
            shown.content.status.decider != made.person.name
        {
            violation(.shownContent, "\(post) does not show that \(made.person) decided \(request.id)")
        }
        let names = Set(shown.replyNames)
        for review in request.reviews.indices where !names.contains(ThreadReply.reviewName(review)) {
            violation(.told, "the thread of \(post) does not tell review \(review) of \(request.id)")
        }
    }

    /// While nothing fails, people are reminded of a request that nobody decides.
    func lapsed(_ request: AccessRequest) {
        let plan = world.plan
        guard plan.reminds, plan.isCalm, plan.hasGoodClocks, request.state == .pending,
            let expires = request.expires, !world.scheduler.isOver, expires.since(request.created) > .seconds(70)
        else { return }
        for (post, shown) in world.mattermost.posts(about: request.id)
        where !shown.replyNames.contains(where: { $0.contains("remind") }) {
            violation(.told, "the thread of \(post) has no reminder of \(request.id), which has lapsed")
        }
    }
}

extension Card {
    fileprivate func value(of title: String) -> String? { fields.first { $0.title == title }?.value }
}

extension Card.Status {
    fileprivate var decision: Decision? {
        switch self {
        case .approved: .approve
        case .denied: .deny
        default: nil
        }
    }

    /// The person who is named as having decided.
    fileprivate var decider: String? {
        switch self {
        case .approved(let resolution), .denied(let resolution): resolution?.by
        default: nil
        }
    }
}
