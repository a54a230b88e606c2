import Foundation
import FoundationNetworking

@testable import Sandbox

/// Calls the sandbox's Mattermost over its real socket, with the token of one user.
struct MattermostCaller {
    var url: String
    var token: String?

    struct Answer {
        var status: Int
        var headers: [String: String]
        var text: String

        var json: JSON { JSON(bytes: text.utf8) ?? .null }
    }

    init(_ server: SandboxMattermost, as username: String? = ChatState.botName) async throws {
        url = try await server.url
        let state = try server.world.read { state throws(AppError) in copy state }
        token = username.flatMap { state.token(of: $0) }
    }

    func call(_ method: String, _ path: String, _ body: JSON? = nil, headers: [String: String] = [:]) async throws -> Answer {
        var request = URLRequest(url: URL(string: url + path) ?? URL(filePath: "/"), timeoutInterval: 20)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.goEncoded) }
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        let (data, response) = try await session.data(for: request)
        let http = response as? HTTPURLResponse
        let pairs = (http?.allHeaderFields ?? [:]).map { ("\($0.key)".lowercased(), "\($0.value)") }
        return Answer(
            status: http?.statusCode ?? 0, headers: Dictionary(pairs) { $1 }, text: String(decoding: data, as: UTF8.self))
    }
}

extension SandboxMattermost {
    /// Makes a post with a button `approve` that calls `url`, and returns its id.
    func postButton(calling url: String, props: JSON = [:]) throws -> String {
        try world.change { state, now throws(AppError) in
            guard let bot = state.bot else { throw .forbidden }
            var props = props
            props["attachments"] = [
                [
                    "text": "hello",
                    "actions": [["id": "approve", "integration": ["url": .string(url), "context": ["z": "<", "a": 1]]]],
                ]
            ]
            let body: JSON = ["channel_id": .string(state.channels[0].id), "message": "before", "props": props]
            // The body is decoded like that of a call, which sorts the context by name.
            return try state.createPost(JSON(bytes: body.goEncoded) ?? .null, by: bot, now: now).post.id
        }
    }

    func click(_ postID: String, as username: String = "alice") async throws -> MattermostCaller.Answer {
        try await MattermostCaller(self, as: username).call("POST", "/api/v4/posts/\(postID)/actions/approve", [:])
    }

    func post(_ id: String) -> ChatPost? {
        try? world.read { state throws(AppError) in state.posts.first { $0.id == id } }
    }

    var ephemerals: [EphemeralPost] {
        (try? world.read { state throws(AppError) in state.ephemerals }) ?? []
    }
}
