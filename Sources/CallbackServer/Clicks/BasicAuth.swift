package import Access

/// The user and password that requests to the action route must send (HTTP Basic authentication, RFC 7617).
package struct BasicAuth: Sendable {
    /// The base64 text that a client has to send after `Basic `.
    private let credentials: Secret<[UInt8]>

    package init(user: String, password: Secret<String>) {
        credentials = Secret(Array(Base64.standard.encode(Array("\(user):\(password.reveal())".utf8)).utf8))
    }

    /// Whether the `Authorization` field has the right credentials. The time of the comparison depends on the length of the
    /// field, but not on how much of it is right.
    func admits(_ authorization: String?) -> Bool {
        guard let authorization, authorization.utf8.count > 6, authorization.prefix(6).lowercased() == "basic " else {
            return false
        }
        let expected = credentials.reveal()
        var difference = UInt8(0)
        var position = 0
        for byte in authorization.utf8.dropFirst(6) {
            difference |= byte ^ expected[position % expected.count]
            position += 1
        }
        return difference == 0 && position == expected.count
    }
}
