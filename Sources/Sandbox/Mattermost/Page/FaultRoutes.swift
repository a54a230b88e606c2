import GRPCCore
import Hummingbird

/// The calls under `/sandbox/faults`. `POST` with `{server, fault, path | method, times}` adds a fault, and `DELETE` removes
/// all.
struct FaultRoutes: Sendable {
    let mattermost: MattermostFaults
    let teleport: SandboxAuth?

    func add(to group: RouterGroup<ChatContext>) {
        group.post("faults") { request, _ in
            let order = try await request.json("fault")
            switch order["server"]?.text {
            case "mattermost": try injectIntoMattermost(order)
            case "teleport": try injectIntoTeleport(order)
            default: throw SandboxError("server: give mattermost or teleport")
            }
            return JSON.done
        }
        group.delete("faults") { _, _ in
            mattermost.clear()
            teleport?.faults.thaw()
            teleport?.faults.isStalled = false
            return JSON.done
        }
    }

    private func injectIntoMattermost(_ order: JSON) throws(SandboxError) {
        let fault: MattermostFaults.Fault
        switch order["fault"]?.text {
        case "stall": fault = .stall
        case "drop": fault = .dropConnection
        case "rate_limit": fault = .rateLimited(retryAfter: Int(order["retry_after"]?.int ?? 1))
        case "error": fault = .internalError
        case "lose_answer": fault = .loseAnswer
        default: throw SandboxError("fault: give stall, drop, rate_limit, error or lose_answer")
        }
        mattermost.inject(
            fault, path: order["path"]?.text ?? "", method: order["method"]?.text, times: Self.times(order))
    }

    private func injectIntoTeleport(_ order: JSON) throws(SandboxError) {
        guard let faults = teleport?.faults else { throw SandboxError("this sandbox has no Teleport") }
        let (times, method) = (Self.times(order), order["method"]?.text)
        switch order["fault"]?.text {
        case "stall": faults.next(of: method, .stall, times: times)
        case "stall_all": faults.isStalled = true
        case "drop": faults.next(of: method, .drop, times: times)
        case "error": faults.next(of: method, .answer(.unavailable, "sandbox fault"), times: times)
        case "lose_answer": faults.next(of: method, .actThenDrop, times: times)
        case "cut_watches": faults.cutWatches()
        case "cut_connections": faults.cutConnections()
        case "freeze": faults.freeze()
        default:
            throw SandboxError(
                "fault: give stall, stall_all, drop, error, lose_answer, cut_watches, cut_connections or freeze")
        }
    }

    private static func times(_ order: JSON) -> Int { Int(min(max(order["times"]?.int ?? 1, 1), 10_000)) }
}
