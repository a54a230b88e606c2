import GRPCCore
import Sandbox

// What goes wrong. Every fault is over when its call returns.
extension ChaosRun {
    func perform(_ fault: ChaosFault, _ length: Duration, _ pick: Int) async throws {
        let isDone: Bool
        if fault.isOfReplica {
            isDone = try await replicas.fault(fault, length: length, pick: pick)
        } else {
            let gate = fault.isOfChat ? chatBusy : authBusy
            guard gate.enter() else { return }
            defer { gate.leave() }
            if fault.isOfChat {
                try await breakChat(fault, length, pick)
            } else {
                try await breakAuth(fault, length, pick)
            }
            isDone = true
        }
        guard isDone else { return }
        ledger.count("fault \(fault)")
        ledger.faultEnded()
    }

    private func breakChat(_ fault: ChaosFault, _ length: Duration, _ pick: Int) async throws {
        guard fault != .chatStop else {
            await chatRelay.close()
            await Pause.length(length)
            return try await chatRelay.open()
        }
        let path = ["", "/api/v4/posts", "/api/v4/users", "/api/v4/channels"][pick % 4]
        let times = pick % 3 == 0 ? 1_000_000 : 1 + pick % 5
        let kind: MattermostFaults.Fault =
            switch fault {
            case .chatStall: .stall
            case .chatLimit: .rateLimited(retryAfter: 1 + pick % 3)
            case .chatDrop: .dropConnection
            case .chatLoseAnswer: .loseAnswer
            default: .internalError
            }
        stage.mattermost.faults.inject(kind, path: path, times: times)
        await Pause.length(length)
        stage.mattermost.faults.clear()
    }

    private func breakAuth(_ fault: ChaosFault, _ length: Duration, _ pick: Int) async throws {
        let faults = stage.auth.faults
        let method = [nil, "UpdatePluginData", "SetAccessRequestState", "GetAccessRequests", "GetPluginData"][pick % 5]
        let times = pick % 3 == 0 ? 1_000 : 1 + pick % 5
        switch fault {
        case .authStop: await authRelay.close()
        case .authCutConnections: authRelay.cut()
        case .authCutWatches: faults.cutWatches()
        case .authStall: faults.isStalled = true
        case .authFreeze: faults.freeze()
        case .authDrop: faults.next(of: method, .drop, times: times)
        case .authActThenDrop: faults.next(of: method, .actThenDrop, times: times)
        case .authActThenStall: faults.next(of: method, .actThenStall, times: times)
        default: faults.next(of: method, .answer(.unavailable, "a planned fault"), times: times)
        }
        await Pause.length(length)
        faults.clear()
        if fault == .authStop { try await authRelay.open() }
    }
}
