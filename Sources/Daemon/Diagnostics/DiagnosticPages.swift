import Access
import CallbackServer
import Posts
import Telemetry
import Watcher

/// Makes the pages of the private port and of the control socket.
struct DiagnosticPages: Sendable {
    /// The pages of the private port. They have no ids or names of people or requests. Reasons name servers.
    static let onPort = ["/metrics", "/readyz", "/livez", "/pending"]
    /// The pages of the control socket, which only root and the plugin's own user reach.
    static let onSocket = onPort + ["/status", "/status.json", "/requests", "/requests.json"]

    let daemon: Daemon
    let health: Health
    let posts: Live<PostsContext>
    let reconciler: Reconciler
    /// The monitoring rules of Teleport; nil if they are switched off.
    let rules: RuleKeeper?

    func make(_ path: String) async -> CallbackServer.Page {
        switch path {
        case "/metrics":
            let samples = daemon.samples(health, reconciler.backlog, rules?.figures)
            return .init(daemon.telemetry.registry.exposition(samples), type: MetricRegistry.contentType)
        case "/readyz":
            let condition = daemon.condition(health)
            return Self.json(.object(condition.members), isWell: condition.isReady)
        case "/livez": return Self.json(.object([("status", .text("ok"))]))
        case "/pending": return Self.json(reconciler.backlog.json)
        case "/status": return .init(status.text)
        case "/status.json": return Self.json(status.json)
        case "/requests", "/requests.json": return await requests(isJSON: path == "/requests.json")
        default: return .init("", isWell: false)
        }
    }

    private var status: StatusReport {
        StatusReport(
            condition: daemon.condition(health), cluster: daemon.teleport.clusterName, backlog: reconciler.backlog,
            recent: daemon.telemetry.recent.all)
    }

    private func requests(isJSON: Bool) async -> CallbackServer.Page {
        do {
            let list = try await RequestList(daemon.teleport, posts.current.recipients, reconciler)
            return isJSON ? Self.json(list.json) : .init(list.text)
        } catch {
            let words = "Teleport does not tell the requests: \(error.message)"
            return isJSON
                ? Self.json(.object([("error", .text(words))]), isWell: false)
                : .init("\(OneLine.bounded(words, 1000))\n", isWell: false)
        }
    }

    private static func json(_ piece: JSONPiece, isWell: Bool = true) -> CallbackServer.Page {
        .init("\(piece)\n", type: "application/json", isWell: isWell)
    }
}

extension Backlog {
    /// The answer of `/pending`.
    var json: JSONPiece {
        let lanes: [(name: String, value: JSONPiece)] = WorkQueue.Lane.allCases.map { lane in
            let line = lines[lane] ?? Line()
            return (
                lane.name,
                .object(
                    [("states", Self.states { line.counts[$0] ?? 0 }), ("oldest_age_seconds", .seconds(line.oldest))])
            )
        }
        return .object([
            ("due", .number(due)), ("oldest_age_seconds", .seconds(oldest)), ("states", Self.states(count)),
            ("lanes", .object(lanes)),
        ])
    }

    private static func states(_ count: (State) -> Int) -> JSONPiece {
        .object(State.allCases.map { ($0.rawValue, .number(count($0))) })
    }
}
