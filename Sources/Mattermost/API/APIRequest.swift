internal import Access
internal import Base

/// One call of Mattermost's REST API. The path must be built from checked names and ids only, see ``MattermostName``.
struct APIRequest {
    let method: HTTPCall.Method
    /// The path without the prefix `/api/v4` and the query.
    let path: String
    /// The purpose of the call, for the client's interceptors.
    let call: ServerCall
    private let query: String
    private let body: [UInt8]?

    /// Makes a call that changes nothing.
    init(_ method: HTTPCall.Method, _ path: String, query: String = "", reading call: ReadCall) {
        self.init(method, path, query: query, as: .read(call))
    }

    init(_ method: HTTPCall.Method, _ path: String, query: String = "", as call: ServerCall) {
        self.method = method
        self.path = path
        self.query = query
        self.call = call
        body = nil
    }

    init(_ method: HTTPCall.Method, _ path: String, _ body: JSONPiece, as call: ServerCall) {
        self.method = method
        self.path = path
        query = ""
        self.call = call
        self.body = body.utf8
    }

    /// The name of the call in error messages, such as `GET /api/v4/users/me`.
    var name: String { "\(method.rawValue) /api/v4\(path)" }

    /// - Parameter limit: the largest body of the answer, in bytes; nil for ``CurlClient/Options/maxBody``.
    func httpCall(_ configuration: MattermostClient.Configuration, limit: Int?) -> HTTPCall {
        HTTPCall(
            method: method, url: "\(configuration.url)/api/v4\(path)\(query)", token: configuration.token, body: body,
            timeLimit: configuration.timeLimit, maxBody: limit)
    }
}
