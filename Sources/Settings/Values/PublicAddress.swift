internal import Base
internal import Mattermost

/// The value of `public_addr`: `[https://][user:password@]host[:port][/prefix]`.
struct PublicAddress {
    let url: ServerURL
    /// The user and password before the host.
    let credentials: Settings.HTTP.BasicAuth?

    init(_ text: String) throws(SettingFault) {
        var (scheme, rest) = ("https", text[...])
        if let range = text.firstRange(of: "://") {
            (scheme, rest) = (String(text[..<range.lowerBound]), text[range.upperBound...])
        }
        let authority = rest.prefix { !"/?#".contains($0) }
        // A misspelt scheme, as in "https//user:password@host", would make the password part of the path, which is logged.
        guard !rest[authority.endIndex...].unicodeScalars.contains("@"), !scheme.unicodeScalars.contains("@") else {
            throw SettingFault(
                "has an '@' outside of user:password@host.",
                mend: "Write it as https://host:8081, and percent-encode an '@' as %40.")
        }
        let at = authority.lastIndex(of: "@")
        credentials = try at.map { (at) throws(SettingFault) in try Self.credentials(authority[..<at]) }
        if let at { rest = rest[rest.index(after: at)...] }
        do {
            url = try ServerURL("\(scheme)://\(rest)")
        } catch {
            throw SettingFault(
                "\(error.description).", mend: "Write it as https://host:8081, with a path where a proxy needs one.")
        }
    }

    private static func credentials(_ text: Substring) throws(SettingFault) -> Settings.HTTP.BasicAuth {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let user = PercentEncoding.decoded(parts[0]),
            let password = PercentEncoding.decoded(parts[1]),
            !user.isEmpty, !password.isEmpty, !user.contains(":")
        else {
            throw SettingFault("has credentials that are not user:password@, percent-encoded.", mend: "Use basic_auth instead.")
        }
        return .init(user: user, password: Secret(password))
    }
}
