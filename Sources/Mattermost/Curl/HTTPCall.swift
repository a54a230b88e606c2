internal import Access

/// One HTTP request, whole.
struct HTTPCall: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    var method: Method
    var url: String
    /// Sent as `Authorization: Bearer`; nil sends none.
    var token: Secret<String>?
    /// JSON; nil for a GET.
    var body: [UInt8]?
    var timeLimit: Duration
    /// Bytes of the answer's body; nil: ``CurlClient/Options/maxBody``.
    var maxBody: Int?
}

/// One HTTP answer, whole: the status, the few headers that matter, the body.
struct HTTPAnswer: Equatable, Sendable {
    var status: Int
    var contentType: String = ""
    var retryAfter: String?
    var location: String?
    /// When the server answered, by its own clock: seconds since 1970.
    var date: Int?
    var body: [UInt8] = []
}
