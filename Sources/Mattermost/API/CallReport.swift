internal import Access

/// Makes the ``MattermostError`` of a call that failed. The error names the call and, if one is known, the mend. It never
/// contains the token or one before it, even if the server repeats it.
struct CallReport {
    private let request: APIRequest
    private let configuration: MattermostClient.Configuration
    private let botName: String?

    init(_ request: APIRequest, configuration: MattermostClient.Configuration, botName: String?) {
        self.request = request
        self.configuration = configuration
        self.botName = botName
    }

    /// Returns the error of a call that got no complete answer.
    func failure(_ error: CurlError) -> MattermostError {
        let words = OneLine.bounded(redacted(error.description))
        let host = "\(configuration.url.scheme.rawValue)://\(configuration.url.authority)"
        switch error.code {
        case .cancelled, .stopped:
            return make(.cancelled, "\(words)", cause: error)
        case .busy:
            return make(.unreachable, words, cause: error)
        case .timedOut:
            return make(.unreachable, "no whole answer in \(configuration.timeLimit): \(words)", cause: error)
        case .untrusted, .wrongName:
            return make(
                .unreachable, words, cause: error,
                mend: configuration.caFile.map { "Let [mattermost] ca_file \($0) have the authority of \(host)'s certificate." }
                    ?? "Install the authority of \(host)'s certificate in the system's trust store (update-ca-certificates), or "
                    + "name it in [mattermost] ca_file.")
        case .unusableCAs:
            return make(
                .unreachable, words, cause: error,
                mend: configuration.caFile == nil
                    ? "Install the package ca-certificates."
                    : "Let [mattermost] ca_file name a PEM file with the certificates of the authorities.")
        case .refusedByProxy(let status): return refusedByProxy(status, cause: error)
        case .tooLarge:
            return make(
                .malformed, "the answer is too large", reason: .tooLarge, cause: error,
                mend: "People have written more there than the plugin reads. \(Self.notMattermost)")
        case .notHTTP:
            return make(.malformed, "the answer is not HTTP: \(words)", cause: error, mend: Self.notMattermost)
        case .network, .unresolved, .unresolvedProxy:
            let way = configuration.proxy.map { "the proxy \($0) (\($0.source)) and on from there" } ?? host
            return make(
                .unreachable, words, cause: error, mend: "Check [mattermost] url and the network on the way to \(way).")
        }
    }

    private func refusedByProxy(_ status: Int, cause: CurlError) -> MattermostError {
        let target = configuration.url.authority
        guard let proxy = configuration.proxy else {
            return make(.unreachable, "the proxy answered CONNECT \(target) with HTTP \(status)", cause: cause)
        }
        let mend =
            switch status {
            case 407 where proxy.credentials == nil:
                "Put user and password into \(proxy.source), http://user:password@\(proxy)."
            case 407: "Correct the user and the password in \(proxy.source)."
            case 403: "Let the proxy allow connections to \(target)."
            default: "See whether the proxy can reach \(target)."
            }
        return make(
            .unreachable, "the proxy \(proxy) (\(proxy.source)) answered CONNECT \(target) with HTTP \(status)", cause: cause,
            mend: mend)
    }

    /// Returns the error of an answer whose status is not 2xx.
    func refusal(_ answer: HTTPAnswer) -> MattermostError {
        let told = errorAnswer(answer)
        let meaning = told.flatMap { Refusal($0.id, status: answer.status, of: request, bot: botName) }
        var error = refusal(answer, told)
        error.reason = meaning?.reason
        error.mend = meaning?.mend ?? error.mend
        error.isDefinite = told != nil && (400...499).contains(answer.status) && ![408, 429].contains(answer.status)
        return error
    }

    private func refusal(_ answer: HTTPAnswer, _ told: ErrorAnswer?) -> MattermostError {
        let said = said(answer)
        switch answer.status {
        case 401:
            return make(
                .unauthorized, said,
                mend: "Set [mattermost] token to a valid access token of the bot (Integrations, Bot Accounts).")
        case 403:
            return make(.forbidden, said, mend: Refusal.membership(botName))
        case 404:
            return make(.notFound, said, mend: told == nil ? Self.notMattermost : nil)
        case 429:
            return make(.rateLimited(retryAfter: retryAfter(answer)), said)
        case 300...399:
            // The query of a page for signing in may hold secrets.
            let target = answer.location.map { " to \(quoted(String($0.prefix { $0 != "?" && $0 != "#" })))" } ?? ""
            return make(
                .status(answer.status), "\(said), a redirect\(target)",
                mend: "Set [mattermost] url to the server's final address.")
        default:
            return make(.status(answer.status), said)
        }
    }

    /// Returns the error of a 2xx answer whose body does not fit the call.
    func unexpected(_ answer: HTTPAnswer) -> MattermostError {
        make(.malformed, "\(said(answer)), which is not the answer of this call", mend: Self.notMattermost)
    }

    func malformed(_ words: String) -> MattermostError { make(.malformed, words) }

    /// Returns a text from the server as one line of bounded length, in quotation marks and without the token.
    func quoted(_ text: String) -> String { "\"\(OneLine.bounded(redacted(text)))\"" }

    private static let notMattermost =
        "Check that [mattermost] url leads to Mattermost, sub-path included, and that no proxy answers in its place."

    private func make(
        _ code: MattermostError.Code, _ words: String, reason: MattermostError.Reason? = nil, cause: (any Error)? = nil,
        mend: String? = nil
    ) -> MattermostError {
        var error = MattermostError(
            code, "Mattermost \(request.name): \(words).", reason: reason, mend: mend, cause: cause)
        error.problem = words
        return error
    }

    private func said(_ answer: HTTPAnswer) -> String {
        if let error = errorAnswer(answer) {
            return "\(answer.status) \(quoted(error.message)) (\(OneLine.bounded(redacted(error.id))))"
        }
        if answer.contentType.lowercased().hasPrefix("text/plain"), !answer.body.isEmpty {
            return "\(answer.status) \(quoted(String(decoding: answer.body.prefix(1000), as: UTF8.self)))"
        }
        let type = answer.contentType.isEmpty ? "no content type" : quoted(answer.contentType)
        return "\(answer.status) with \(type) and \(answer.body.count) bytes"
    }

    private func errorAnswer(_ answer: HTTPAnswer) -> ErrorAnswer? {
        guard answer.body.first == UInt8(ascii: "{") else { return nil }
        return try? JSON.decode(ErrorAnswer.self, from: answer.body)
    }

    /// Returns the seconds of the `Retry-After` header, between 1 and 3600. HTTP also allows a date there; Mattermost sends
    /// none, so a date counts as an absent header.
    private func retryAfter(_ answer: HTTPAnswer) -> Int {
        min(max(answer.retryAfter.flatMap { Int($0) } ?? 1, 1), 3600)
    }

    /// Removes the tokens from a text. Otherwise a server that repeats the request in its answer would cause a token to be
    /// logged.
    private func redacted(_ text: String) -> String {
        ([configuration.token] + configuration.formerTokens).reduce(text) { $0.replacing($1.reveal(), with: "<redacted>") }
    }
}
