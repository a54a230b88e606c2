internal import Access

/// A complete HTTP request.
struct HTTPCall: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    var method: Method
    var url: String
    /// The token to send as `Authorization: Bearer`; nil to send no such header.
    var token: Secret<String>?
    /// The body, which is JSON; nil to send no body.
    var body: [UInt8]?
    var timeLimit: Duration
    /// The largest body of the answer, in bytes; nil for ``CurlClient/Options/maxBody``.
    var maxBody: Int?
}

/// A complete HTTP answer: the status, the body and the headers that the client uses.
struct HTTPAnswer: Equatable, Sendable {
    var status: Int
    var contentType: String = ""
    var retryAfter: String?
    var location: String?
    /// The server's time when it answered, in seconds since 1970.
    var date: Int?
    var body: [UInt8] = []
}
