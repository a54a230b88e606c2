internal import Base
internal import Mattermost

extension Settings.HTTP {
    /// The address that a button calls; nil if posts have no buttons. It contains the credentials that the route requires.
    /// Mattermost sends them as basic auth, and never shows a button's address to anybody.
    package var callbackURL: String? {
        guard let publicURL else { return nil }
        let address = "\(publicURL)/mattermost_action"
        guard let basicAuth, let start = address.firstRange(of: "://")?.upperBound else { return address }
        let credentials = "\(Self.encoded(basicAuth.user)):\(Self.encoded(basicAuth.password.reveal()))@"
        return address[..<start] + credentials + address[start...]
    }

    /// The address that dialogs are submitted to. Mattermost shows it to clients, so it contains no credentials, and the route
    /// requires none.
    package var dialogURL: String? { publicURL.map { "\($0)/mattermost_dialog" } }

    /// Percent-encodes all characters but those that RFC 3986, section 2.3, calls unreserved.
    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
