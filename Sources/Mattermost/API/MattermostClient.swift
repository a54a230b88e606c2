package import Access
import Glibc
internal import Synchronization

/// Mattermost's REST API (v4), as far as the plugin needs it.
package final class MattermostClient: ChatService {
    package struct Configuration: Sendable {
        package var url: ServerURL
        package var token: Secret<String>
        /// For each call, from the first byte sent to the last received.
        package var timeLimit = Duration.seconds(10)
        /// PEM file of the authorities to trust instead of the system's.
        package var caFile: String?

        package init(url: ServerURL, token: Secret<String>) {
            self.url = url
            self.token = token
        }
    }

    let configuration: Configuration
    private let interceptors: CallInterceptors<MattermostError>
    private let curl: CurlClient
    /// The bot's own user name once ``me()`` told it: for the mend in an error.
    private let botName = Mutex<String?>(nil)
    var knownBotName: String? { botName.withLock { $0 } }
    private let ahead = Mutex(Duration.zero)
    private let told = Mutex<Duration?>(nil)

    package init(
        _ configuration: Configuration, interceptors: CallInterceptors<MattermostError> = CallInterceptors()
    ) throws(MattermostError) {
        let token = configuration.token.reveal()
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw MattermostError(
                .unauthorized, "[mattermost] token is empty or has characters no access token has. Copy the bot's token again.")
        }
        self.configuration = configuration
        self.interceptors = interceptors
        do {
            curl = try CurlClient(CurlClient.Options(caFile: configuration.caFile))
        } catch {
            throw MattermostError(.unreachable, "Mattermost cannot be called: \(error).", cause: error)
        }
    }

    /// How far the server's clock is ahead of this machine's, to the second, as its last answer's `Date` told; negative when it
    /// is behind. More than ``largestDifference`` is not believed: a proxy's mistake.
    package var clockDifference: Duration { ahead.withLock { $0 } }

    static let largestDifference = Duration.seconds(3600)

    /// The same as the last answer told it, however large; nil where none did.
    package var toldClockDifference: Duration? { told.withLock { $0 } }

    /// Fails what is in flight, and every later call at once, as cancelled.
    package func shutdown() { curl.shutdown() }

    /// Whether the server is there and says that it is well. Needs no permission.
    package func ping() async throws(MattermostError) {
        let request = APIRequest(.get, "/system/ping")
        let answer = try await send(request, expecting: StatusAnswer.self)
        guard answer.status == "OK" else {
            let report = report(on: request)
            throw report.malformed("the status is \(report.quoted(answer.status)), not OK")
        }
    }

    package func me() async throws(MattermostError) -> ChatUser {
        let user = try await user(APIRequest(.get, "/users/me"))
        botName.withLock { $0 = user.username }
        return user
    }

    package func user(_ id: String) async throws(MattermostError) -> ChatUser {
        try requireIDs(id, in: "GET /users/{id}")
        return try await user(APIRequest(.get, "/users/\(id)"))
    }

    func send<Answer: Decodable>(
        _ request: APIRequest, expecting type: Answer.Type
    ) async throws(MattermostError) -> Answer {
        try await read(request) { try JSON.decode(type, from: $0) }
    }

    /// Makes a call and reads its answer, with the interceptors around both: all calls go through here.
    ///
    /// - Parameters:
    ///   - limit: bytes of the answer's body; nil: the usual.
    ///   - parse: returns nil, or throws, for a body that is not the answer of this call. A ``MattermostError`` is passed on.
    func read<Answer>(
        _ request: APIRequest, limit: Int? = nil, _ parse: ([UInt8]) throws -> Answer?
    ) async throws(MattermostError) -> Answer {
        try await interceptors.run(request.call) { () throws(MattermostError) in
            let answer = try await answer(to: request, limit: limit)
            do {
                if let parsed = try parse(answer.body) { return parsed }
            } catch let error as MattermostError {
                throw error
            } catch {
                // What the decoder says of the body is of no use to an operator; the report below shows the body's kind and size.
            }
            throw report(on: request).unexpected(answer)
        }
    }

    func user(_ request: APIRequest) async throws(MattermostError) -> ChatUser {
        try await read(request) { try JSON.decode(UserAnswer.self, from: $0).user }
    }

    /// A whole 2xx answer, of at most `limit` bytes.
    private func answer(to request: APIRequest, limit: Int?) async throws(MattermostError) -> HTTPAnswer {
        let answer: HTTPAnswer
        do {
            answer = try await curl.perform(request.httpCall(configuration, limit: limit))
        } catch {
            throw report(on: request).failure(error)
        }
        answer.date.map(note(date:))
        guard (200...299).contains(answer.status) else { throw report(on: request).refusal(answer) }
        return answer
    }

    func report(on request: APIRequest) -> CallReport {
        CallReport(request, configuration: configuration, botName: knownBotName)
    }

    private func note(date: Int) {
        let difference = Duration.seconds(date - time(nil))
        told.withLock { $0 = difference }
        guard difference <= Self.largestDifference, difference >= .zero - Self.largestDifference else { return }
        // The header has whole seconds: a difference of one is none.
        ahead.withLock { $0 = difference <= .seconds(1) && difference >= .seconds(-1) ? .zero : difference }
    }

    /// Nothing but an id may stand where a path has one; what cannot exist is not found.
    func requireIDs(_ ids: String..., in call: String) throws(MattermostError) {
        guard !ids.allSatisfy({ MattermostName.isID($0) }) else { return }
        throw MattermostError(
            .notFound, "Mattermost \(call): not an id of Mattermost's, so it was not asked.", isDefinite: true)
    }
}
