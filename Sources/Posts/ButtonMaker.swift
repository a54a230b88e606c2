package import Access

/// Makes the signed buttons of a pending request's post.
package struct ButtonMaker: Sendable {
    /// The context of one button: what the server keeps, and sends back with a click.
    package typealias Sign = @Sendable (Decision, AccessRequest, _ channelID: String, _ recipient: String) -> [String: String]

    private let callbackURL: String
    private let sign: Sign

    package init(callbackURL: String, sign: @escaping Sign) {
        self.callbackURL = callbackURL
        self.sign = sign
    }

    func make(for request: AccessRequest, channelID: String, recipient: String) -> [Card.Button] {
        Decision.allCases.map { Card.Button($0, url: callbackURL, context: sign($0, request, channelID, recipient)) }
    }
}
