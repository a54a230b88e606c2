package import Access

/// Makes the signed buttons, Approve and Deny, of a pending request's post.
package struct ButtonMaker: Sendable {
    /// Returns the context of one button. Mattermost keeps it with the post and sends it back with a click.
    package typealias Sign = @Sendable (Decision, AccessRequest, _ channelID: String, _ recipient: String) -> [String: String]

    private let callbackURL: String
    private let sign: Sign

    /// Creates a maker of buttons.
    /// - Parameters:
    ///   - callbackURL: the address to which Mattermost sends a click.
    ///   - sign: makes the signed context of a button.
    package init(callbackURL: String, sign: @escaping Sign) {
        self.callbackURL = callbackURL
        self.sign = sign
    }

    func make(for request: AccessRequest, channelID: String, recipient: String) -> [Card.Button] {
        Decision.allCases.map { Card.Button($0, url: callbackURL, context: sign($0, request, channelID, recipient)) }
    }
}
