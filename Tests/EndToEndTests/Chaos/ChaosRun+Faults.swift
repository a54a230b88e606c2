import GRPCCore
import Sandbox

// The faults of a run. Every fault is over when its call returns.
extension ChaosRun {
    func perform(_ fault: ChaosFault, _ length: Duration, _ pick: Int) async throws {
        let isDone: Bool
        if fault == .reconfigure {
            isDone = try await replicas.reconfigure(pause: min(length, .seconds(3)), pick: pick)
        } else if fault.isOfReplica {
            isDone = try await replicas.fault(fault, length: length, pick: pick)
        } else {
            let gate = fault.isOfChat ? chatBusy : authBusy
            guard gate.enter() else { return }
            defer { gate.leave() }
            if fault.keepsReplicas {
                isDone = try await replicas.hold { try await breakServer(fault, length, pick) }
            } else {
                try await breakServer(fault, length, pick)
                isDone = true
            }
        }
        guard isDone else { return }
        ledger.count("fault \(fault)")
        ledger.faultEnded()
    }

    private func breakServer(_ fault: ChaosFault, _ length: Duration, _ pick: Int) async throws {
        switch fault {
        case .chatArchive, .chatNoEdit, .chatSlow, .chatNodes, .chatRevoke: try await changeChat(fault, length, pick)
        case .authNoList:
            let list = AuthPermission("list", "access_request")
            stage.auth.withdraw(list)
            await Pause.length(length)
            stage.auth.grant(list)
        default:
            if fault.isOfChat { try await breakChat(fault, length, pick) } else { try await breakAuth(fault, length, pick) }
        }
    }

    /// Changes Mattermost as an administrator does, and undoes the change at the end of the fault.
    private func changeChat(_ fault: ChaosFault, _ length: Duration, _ pick: Int) async throws {
        let server = stage.mattermost
        switch fault {
        case .chatArchive:
            // A click's answer cannot be shown in an archived channel, which is no fault of the plugin's.
            excuses.add("an archived channel", until: .now + length)
            let channel = pick % 3 == 0 ? Setup.secondChannel : Setup.channel
            try server.archive(channelNamed: channel)
            await Pause.length(length)
            try server.unarchive(channelNamed: channel)
        case .chatNoEdit:
            server.withhold(pick % 2 == 0 ? [.editOwnPosts] : Set(ChatRight.allCases))
            await Pause.length(length)
            server.withhold([])
        case .chatSlow:
            server.faults.setLatency(.milliseconds(100 + pick % 1_400), path: pick % 3 == 0 ? "/api/v4/posts" : "")
            await Pause.length(length)
            server.faults.clear()
        case .chatNodes:
            (server.nodeCount, server.replicaLag) = (2, .seconds(1))
            await Pause.length(length)
            (server.nodeCount, server.replicaLag) = (1, .zero)
        default:
            let tokens = try server.revokeTokens(of: ChatState.botName)
            await Pause.length(length)
            server.restore(tokens)
        }
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
