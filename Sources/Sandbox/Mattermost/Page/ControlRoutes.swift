import HTTPTypes
import Hummingbird
import NIOCore

/// The control calls under `/sandbox/`: actions on Teleport, clicks, and faults. The page uses them, and tests of the built
/// binaries.
struct ControlRoutes: Sendable {
    let servers: SandboxServers
    let mattermost: SandboxMattermost

    func add(to group: RouterGroup<ChatContext>) {
        addRequests(to: group)
        group.get("state") { request, _ in
            servers.snapshot(for: String(request.uri.queryParameters["as"] ?? "alice")).response()
        }
        group.post("posts/:post_id/actions/:action_id") { request, context in
            let username = try await request.json("as")["as"]?.text ?? ""
            let userID = try servers.world.read { state throws(AppError) in try state.account(named: username).id }
            let (postID, actionID) = (try context.parameter("post_id"), try context.parameter("action_id"))
            let clientID = try await servers.clicker.click(actionID, on: postID, by: userID)
            return (["status": "OK", "trigger_id": .string(clientID)] as JSON).response()
        }
        group.get("posts/of/:request_id") { _, context in
            let requestID = try context.parameter("request_id")
            let post = try servers.world.read { state throws(AppError) in
                state.posts.first { $0.props["teleport"]?["request_id"]?.text == requestID }
            }
            return (["id": post.map { .string($0.id) } ?? nil] as JSON).response()
        }
        group.get("posts/count") { _, _ in
            (["count": .integer(Int64(try servers.world.read { $0.posts.count }))] as JSON).response()
        }
        WorldRoutes(mattermost: mattermost).add(to: group)
        FaultRoutes(mattermost: mattermost.faults, teleport: servers.teleport).add(to: group)
        group.post("servers/teleport/:order") { _, context in
            switch try context.parameter("order") {
            case "restart": try await teleport.restart()
            case "stop": try await teleport.stop()
            case "start": try await teleport.start()
            default: throw AppError.noSuchPage
            }
            return JSON.done
        }
        // The call is answered before the restart, because it arrived through the server that restarts.
        group.post("servers/mattermost/restart") { request, _ in
            let milliseconds = try await request.json("down_for_ms")["down_for_ms"]?.int ?? 0
            return Response(
                status: .accepted,
                body: .init(contentLength: 0) { writer in
                    try await writer.finish(nil)
                    mattermost.restart(afterPause: .milliseconds(min(max(milliseconds, 0), 600_000)))
                })
        }
    }

    private func addRequests(to group: RouterGroup<ChatContext>) {
        group.get("requests") { _, _ in servers.requests.response() }
        group.post("requests") { request, _ in
            let form = try await RequestForm(request.json("request"))
            let id = try teleport.createRequest(
                user: form.user, roles: form.roles, reason: form.reason, id: form.id,
                thresholds: [AuthThreshold(approve: form.approvals)])
            return (["id": .string(id)] as JSON).response(.created)
        }
        group.post("requests/:id/resolve") { request, context in
            let body = try await request.json("state")
            guard let state = AuthRequest.State.allCases.first(where: { $0.name == body["state"]?.text?.uppercased() }) else {
                throw SandboxError("state: give approved or denied")
            }
            try teleport.resolve(try context.parameter("id"), state, reason: body["reason"]?.text ?? "")
            return JSON.done
        }
        group.post("requests/:id/review") { request, context in
            let body = try await request.json("state")
            guard let state = AuthRequest.State.allCases.first(where: { $0.name == body["state"]?.text?.uppercased() }) else {
                throw SandboxError("state: give approved or denied")
            }
            guard let author = body["author"]?.text, !author.isEmpty else {
                throw SandboxError("author: give a Teleport user name")
            }
            try teleport.review(try context.parameter("id"), by: author, state, reason: body["reason"]?.text ?? "")
            return JSON.done
        }
        group.delete("requests/:id") { _, context in
            try teleport.delete(try context.parameter("id"))
            return JSON.done
        }
    }

    private var teleport: SandboxAuth {
        get throws {
            guard let teleport = servers.teleport else { throw SandboxError("this sandbox has no Teleport") }
            return teleport
        }
    }
}

/// The values of the form on the page.
private struct RequestForm {
    var user: String
    var roles: [String]
    var reason: String
    var id: String?
    /// The number of approvals that the request needs.
    var approvals: Int

    init(_ json: JSON) throws(SandboxError) {
        user = json["user"]?.text ?? ""
        roles = json["roles"]?.texts ?? []
        reason = json["reason"]?.text ?? ""
        id = json["id"]?.text
        approvals = Int(min(max(json["approvals"]?.int ?? 1, 1), 100))
        guard (1...255).contains(user.utf8.count) else { throw SandboxError("user: give a Teleport user name") }
        guard (1...50).contains(roles.count), roles.allSatisfy({ (1...255).contains($0.utf8.count) }) else {
            throw SandboxError("roles: give at least one role")
        }
        guard reason.utf8.count <= 4096 else { throw SandboxError("reason: at most 4096 bytes") }
    }
}

extension JSON {
    static var done: Response { (["status": "OK"] as JSON).response() }
}
