/// Checks names and ids as Mattermost accepts them, so that nothing else can get into a path of its API.
package enum MattermostName {
    /// Returns whether the text can be a team's or channel's name in a URL: `[A-Za-z0-9_-]+`, at most 64 characters.
    /// `town-square` can, `Town Square` cannot.
    package static func isSlug(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F }
    }

    /// Returns whether the text can be an id: letters and digits, at most 64. Every version so far uses 26.
    package static func isID(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isAlphanumeric)
    }

    /// Returns whether the text can be an account's user name. User names are in lower case, as the server keeps them.
    package static func isUsername(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy { isAlphanumeric($0) && !(0x41...0x5A).contains($0) || "-._".utf8.contains($0) }
    }

    /// Returns whether the text has the form `name@example.com` and consists of characters that need no escaping in a path.
    /// Only the server knows whether it is an address.
    package static func isEmail(_ text: some StringProtocol) -> Bool {
        let parts = text.utf8.split(separator: 0x40, omittingEmptySubsequences: false)
        return text.utf8.count <= 128 && parts.count == 2
            && parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
            && text.utf8.allSatisfy { isAlphanumeric($0) || "-._~!$&'*+=@".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
}
