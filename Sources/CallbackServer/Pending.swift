package struct ActionContext: Equatable, Sendable {
    package var v = "", kid = "", action = "", req_id = "", cluster = "", channel = "", recipient = "", iat = "", exp = ""
    package var signature = ""
    package init() {}
}
package struct VerifiedAction: Sendable {
    package var requestID: String
    package var channelID: String
    package init(requestID: String, channelID: String) { self.requestID = requestID; self.channelID = channelID }
}
