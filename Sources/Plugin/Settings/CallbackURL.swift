import Access
import Mattermost

extension Settings.HTTP {
    /// Where the buttons call. With the credentials that the route asks for: Mattermost sends them as basic auth, and shows a
    /// button's address to nobody.
    package var callbackURL: String? {
        guard let publicURL else { return nil }
        let address = "\(publicURL)/mattermost_action"
        guard let basicAuth, let start = address.firstRange(of: "://")?.upperBound else { return address }
        let credentials = "\(Self.encoded(basicAuth.user)):\(Self.encoded(basicAuth.password.reveal()))@"
        return address[..<start] + credentials + address[start...]
    }

    /// Where dialogs are sent. Clients are shown this address, so it carries no credentials and the route asks for none.
    package var dialogURL: String? { publicURL.map { "\($0)/mattermost_dialog" } }

    /// Percent-encodes all but what RFC 3986 calls unreserved.
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
