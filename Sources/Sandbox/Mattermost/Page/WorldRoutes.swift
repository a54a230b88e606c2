import Hummingbird

/// The calls under `/sandbox/mattermost/`: actions of an administrator while the server runs.
struct WorldRoutes: Sendable {
    let mattermost: SandboxMattermost

    func add(to group: RouterGroup<ChatContext>) {
        group.post("mattermost/channels/:name/:order") { request, context in
            let name = try context.parameter("name")
            switch try context.parameter("order") {
            case "archive": try mattermost.archive(channelNamed: name)
            case "unarchive": try mattermost.unarchive(channelNamed: name)
            case "remove": try mattermost.remove(channelNamed: name)
            case "leave": try mattermost.leave(try await Self.username(request), channelNamed: name)
            case "join": try mattermost.join(try await Self.username(request), channelNamed: name)
            case "fill":
                let count = try await request.json("posts")["posts"]?.int ?? 0
                try mattermost.fillChannel(named: name, posts: Int(min(max(count, 0), 1000)), by: "alice")
            default: throw AppError.noSuchPage
            }
            return JSON.done
        }
        group.post("mattermost/latency") { request, _ in
            let order = try await request.json("milliseconds")
            let time = Duration.milliseconds(min(max(order["milliseconds"]?.int ?? 0, 0), 600_000))
            mattermost.faults.setLatency(time, path: order["path"]?.text ?? "", method: order["method"]?.text)
            return JSON.done
        }
        group.post("mattermost/rights") { request, _ in
            let order = try await request.json("withheld")
            let names: [String: ChatRight] = ["edit": .editOwnPosts, "delete": .deleteOwnPosts]
            mattermost.withhold(Set((order["withheld"]?.texts ?? []).compactMap { names[$0] }))
            return JSON.done
        }
        group.post("mattermost/nodes") { request, _ in
            let order = try await request.json("nodes")
            mattermost.nodeCount = Int(min(max(order["nodes"]?.int ?? 1, 1), 10))
            mattermost.replicaLag = .milliseconds(min(max(order["lag_ms"]?.int ?? 0, 0), 600_000))
            return JSON.done
        }
    }

    private static func username(_ request: Request) async throws -> String {
        try await request.json("username")["username"]?.text ?? ChatState.botName
    }
}
