/// Checks names and ids as Mattermost accepts them, so that nothing else can get into a path of its API.
package enum MattermostName {
    /// A team's or channel's name as its URL shows it: `[A-Za-z0-9_-]+`, at most 64. `town-square`, never `Town Square`.
    package static func isSlug(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F }
    }

    /// Letters and digits; 26 of them in every version so far.
    package static func isID(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isAlphanumeric)
    }

    /// Whether the text can be an account's user name: lower case, as the server keeps them.
    package static func isUsername(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy { isAlphanumeric($0) && !(0x41...0x5A).contains($0) || "-._".utf8.contains($0) }
    }

    /// `name@example.com`, of characters that are themselves in a path. What is no address at all is the server's to say.
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
