/// The kind of trouble that a world has. A seed chooses one, because rare states need several troubles of the same kind at once.
enum Profile: String, CaseIterable {
    /// Nothing fails.
    case calm
    /// A little of everything.
    case mixed
    /// A Mattermost of two nodes whose answers are lost and late.
    case lostAnswers
    /// Replicas that are frozen between any two of their steps, and wake up when others have taken over.
    case frozenHolders
    /// Replicas that are killed between any two of their steps.
    case crashes
    /// Permissions that come and go.
    case permissions
    /// People who press buttons and use `tctl` at the same moment.
    case contested
    /// Watches that are lost, and sweeps that fail.
    case lostWatches
    /// Long outages of either server.
    case outages
    /// Decisions by reviews that are counted.
    case reviews
    /// Clicks that are replayed and forged, and a Mattermost whose key changes.
    case forgers
    /// An update from an older version to this one.
    case rollingUpdate
    /// Clocks that differ, drift, and are set.
    case clocks

    func draw(_ plan: inout Plan, _ choices: Choices) {
        switch self {
        case .calm: break
        case .mixed: drawEverything(&plan, choices)
        case .lostAnswers:
            plan.nodes = 2
            (plan.chatFaults, plan.teleportFaults) = (choices.pick([20, 60, 150]), choices.pick([0, 5, 20]))
            plan.isSlow = choices.chance(1, in: 2)
        case .frozenHolders:
            plan.replicas = 2 + choices.below(2)
            (plan.stepFreezes, plan.stepsBetween) = (4 + choices.below(12), choices.pick([1000, 300]))
            plan.frozenHolders = choices.pick([0, 10, 20])
            plan.teleportFaults = choices.pick([0, 0, 5])
        case .crashes:
            plan.stepKills = 2 + choices.below(8)
            (plan.chatFaults, plan.teleportFaults) = (choices.pick([0, 0, 20]), choices.pick([0, 0, 20]))
        case .permissions: drawPermissions(&plan, choices)
        case .contested:
            plan.replicas = 2 + choices.below(2)
            plan.isContested = true
            plan.freezes = choices.below(2)
        case .lostWatches:
            plan.replicas = choices.pick([1, 1, 2])
            (plan.lostWatches, plan.longestGap) = (1 + choices.below(6), .seconds(choices.pick([30, 8])))
            plan.teleportFaults = choices.pick([150, 20, 300])
        case .outages:
            plan.outages = 1 + choices.below(4)
            plan.kills = choices.below(2)
            plan.longestTrouble = .seconds(70)
            plan.lifetimes = [600, 120, 20, 20]
        case .reviews: drawReviews(&plan, choices)
        case .forgers:
            plan.replicas = 1 + choices.below(2)
            (plan.forgeries, plan.keyRotations) = (10 + choices.below(30), choices.below(2))
            (plan.kills, plan.chatFaults) = (choices.below(3), choices.pick([0, 5, 20]))
        case .rollingUpdate:
            plan.replicas = 2 + choices.below(2)
            (plan.beginsWithOlder, plan.configurations) = (true, 2)
            // A replica of a version that does not record suggested reviewers' channels may die and leave a post there for good.
            plan.suggests = false
            (plan.stepKills, plan.freezes) = (choices.below(3), choices.below(2))
            (plan.chatFaults, plan.teleportFaults) = (choices.pick([0, 5, 20]), choices.pick([0, 5, 20]))
        case .clocks:
            plan.replicas = 2 + choices.below(2)
            (plan.skew, plan.drift) = (.milliseconds(choices.pick([500, 2000, 60_000])), choices.pick([0, 50, 200]))
            (plan.clockSteps, plan.stepFreezes, plan.stepKills) = (choices.below(6), choices.below(3), choices.below(2))
        }
    }

    private func drawEverything(_ plan: inout Plan, _ choices: Choices) {
        plan.teleportFaults = choices.pick([0, 0, 5, 20, 60])
        plan.chatFaults = choices.pick([0, 0, 5, 20, 60])
        plan.isSlow = choices.chance(1, in: 2)
        plan.kills = choices.pick([0, 0, 1, 3])
        plan.freezes = choices.pick([0, 0, 1, 3])
        plan.stepKills = choices.pick([0, 0, 1])
        plan.stepFreezes = choices.pick([0, 0, 1])
        plan.outages = choices.pick([0, 0, 1, 2])
        plan.lostWatches = choices.pick([0, 0, 2, 6])
        plan.meddling = choices.pick([0, 0, 2, 6])
        plan.skew = .milliseconds(choices.pick([0, 0, 500, 2000]))
        plan.drift = choices.pick([0, 0, 200])
        plan.clockSteps = choices.pick([0, 0, 1])
        plan.forgeries = choices.pick([0, 0, 5])
        plan.isContested = choices.chance(1, in: 4)
    }

    private func drawPermissions(_ plan: inout Plan, _ choices: Choices) {
        plan.meddling = 3 + choices.below(8)
        plan.meddlers = [.hideRequests, .forbidUpdates, .hideRequests, .forbidEdits, .demandMFA, .revokeToken]
        plan.longestTrouble = .seconds(70)
        plan.lostWatches = choices.below(4)
        plan.lifetimes = [600, 120, 20, 20]
    }

    private func drawReviews(_ plan: inout Plan, _ choices: Choices) {
        plan.decidesByReview = true
        plan.approvals = 1 + choices.below(3)
        plan.takesReviews = !choices.chance(1, in: 8)
        plan.takesReviewsForOthers = !choices.chance(1, in: 4)
        plan.reviewsAsPlugin = choices.chance(1, in: 2)
        plan.isContested = choices.chance(1, in: 3)
        (plan.meddling, plan.meddlers) = (choices.below(4), [.demandMFA, .forbidUpdates, .hideRequests])
        (plan.chatFaults, plan.teleportFaults) = (choices.pick([0, 5, 20]), choices.pick([0, 5, 60]))
        (plan.stepKills, plan.stepFreezes) = (choices.below(3), choices.below(3))
    }
}

/// Something that an administrator or a member of a channel does, which is in the plugin's way.
enum Meddler: CaseIterable {
    case deletePost, archiveChannel, removeBot, forbidEdits, revokeToken, limitCalls, hideRequests, forbidUpdates, demandMFA
    case leaveChannel
}
