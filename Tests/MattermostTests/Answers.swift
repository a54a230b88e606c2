import Foundation
import TestSupport

@testable import Mattermost

/// The bytes of a complete HTTP answer.
func answer(
    _ body: String, status: Int = 200, type: String = "application/json", headers: [String] = []
) -> [UInt8] {
    answer([UInt8](body.utf8), status: status, type: type, headers: headers)
}

func answer(
    _ body: [UInt8], status: Int = 200, type: String = "application/json", headers: [String] = []
) -> [UInt8] {
    let lines = ["HTTP/1.1 \(status) Whatever", "Content-Type: \(type)", "Content-Length: \(body.count)"] + headers
    return [UInt8]((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
}

/// A request to a real Mattermost 5.37 server and its answer, as they were recorded.
struct Exchange {
    let name: String
    private let object: [String: Any]

    init(_ name: String) throws {
        self.name = name
        let bytes = try Fixtures.bytes("mattermost-5.37/\(name).json")
        object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
    }

    private var request: [String: Any] { object["request"] as? [String: Any] ?? [:] }
    private var response: [String: Any] { object["response"] as? [String: Any] ?? [:] }

    var method: String { request["method"] as? String ?? "" }
    var path: String { request["path"] as? String ?? "" }
    var requestBody: [String: Any] { request["body"] as? [String: Any] ?? [:] }
    var responseBody: [String: Any] { response["body"] as? [String: Any] ?? [:] }
    var status: Int { response["status"] as? Int ?? 0 }

    /// The answer as the server sent it, without the headers about the connection.
    func bytes() throws -> [UInt8] {
        let body: [UInt8] =
            if let text = response["body"] as? String {
                [UInt8](text.utf8)
            } else {
                [UInt8](try JSONSerialization.data(withJSONObject: response["body"] ?? [:]))
            }
        let headers = response["headers"] as? [String: String] ?? [:]
        let kept = headers.filter { !["Content-Length", "Content-Type", "Connection", "Transfer-Encoding"].contains($0.key) }
        return answer(
            body, status: status, type: headers["Content-Type"] ?? "", headers: kept.map { "\($0.key): \($0.value)" })
    }
}

func object(_ bytes: [UInt8]) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
}
