import Access
import Sandbox

@testable import Mattermost

/// The private port of a plugin that runs.
struct PrivatePort {
    let port: Int

    /// Asks for a page, and returns its status and text.
    func page(_ path: String) async throws -> (status: Int, text: String) {
        let curl = try CurlClient()
        defer { curl.shutdown() }
        let answer = try await curl.perform(
            HTTPCall(
                method: .get, url: "http://127.0.0.1:\(port)\(path)", token: Secret("none"), body: nil,
                timeLimit: .seconds(10)))
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }
}
