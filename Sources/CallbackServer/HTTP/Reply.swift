/// The replies whose text does not depend on the request. ``ReplyRenderer`` renders each at most once a second and reuses it.
enum FixedReply: Int, CaseIterable {
    case alive, malformed, forbidden, unauthorized, notFound, onlyPOST, onlyGET, timedOut, tooLarge, notJSON, expectation
    case headTooLarge, busy, late, tooMany, unavailable

    var status: StaticString {
        switch self {
        case .alive, .busy, .late: "200 OK"
        case .malformed: "400 Bad Request"
        case .unauthorized: "401 Unauthorized"
        case .forbidden: "403 Forbidden"
        case .notFound: "404 Not Found"
        case .onlyPOST, .onlyGET: "405 Method Not Allowed"
        case .timedOut: "408 Request Timeout"
        case .tooLarge: "413 Content Too Large"
        case .notJSON: "415 Unsupported Media Type"
        case .expectation: "417 Expectation Failed"
        case .tooMany: "429 Too Many Requests"
        case .headTooLarge: "431 Request Header Fields Too Large"
        case .unavailable: "503 Service Unavailable"
        }
    }

    /// The header field that only this reply has, with its line end; empty for most replies.
    var field: StaticString {
        switch self {
        case .unauthorized: "WWW-Authenticate: Basic realm=\"teleport-mattermost\", charset=\"UTF-8\"\r\n"
        case .tooMany: "Retry-After: 30\r\n"
        case .onlyPOST: "Allow: POST\r\n"
        case .onlyGET: "Allow: GET, HEAD\r\n"
        default: ""
        }
    }

    /// The JSON body. Only replies with status 200 have one, because for any other status Mattermost shows people "Action
    /// integration error" instead of the body.
    var body: StaticString {
        switch self {
        case .alive: #"{"status":"ok"}"#
        case .busy:
            """
            {"ephemeral_text":"Too many clicks at once: nothing was decided. Please try again in a moment.",\
            "skip_slack_parsing":true}
            """
        case .late:
            """
            {"ephemeral_text":"This takes longer than usual. The post will show whether the request was decided.",\
            "skip_slack_parsing":true}
            """
        default: ""
        }
    }
}
