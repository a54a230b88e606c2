package import Access
import Glibc
internal import Synchronization

/// A client for the calls of Mattermost's REST API (v4) that the plugin needs. It implements ``ChatService``; every failure is
/// a ``MattermostError``.
///
/// All members may be used from any thread. libcurl runs on a thread of the client's own, which ends after ``shutdown()``.
/// Inside the module all calls are made by ``read(_:limit:_:)``.
package final class MattermostClient: ChatService {
    /// The server's address, the bot's token and the limits of calls.
    package struct Configuration: Sendable {
        package var url: ServerURL
        package var token: Secret<String>
        /// The time limit of each call, from the connection to the last byte of the answer.
        package var timeLimit = Duration.seconds(10)
        /// A PEM file with the certificate authorities to trust instead of the system's; nil for the system's.
        package var caFile: String?
        /// The HTTP proxy through which the server is reached; nil for none, whatever the environment names.
        package var proxy: HTTPProxy?
        /// The tokens before this one, the newest first. A call that was made with one of them may still fail, and the server may
        /// repeat it in its answer.
        fileprivate(set) var formerTokens: [Secret<String>] = []

        package init(url: ServerURL, token: Secret<String>) {
            self.url = url
            self.token = token
        }
    }

    private struct ClockDifferences {
        var reported: Duration?
        var believed = Duration.zero
    }

    private let live: Live<Configuration>
    var configuration: Configuration { live.current }
    private let interceptors: CallInterceptors<MattermostError>
    private let curl: CurlClient
    /// The bot's user name, once ``me()`` has returned it. Error messages use it.
    private let botName = Mutex<String?>(nil)
    var knownBotName: String? { botName.withLock { $0 } }
    private let clocks = Mutex(ClockDifferences())

    /// Makes a client without connecting. Throws when the token cannot be one, or libcurl cannot be set up.
    package init(
        _ configuration: Configuration, interceptors: CallInterceptors<MattermostError> = CallInterceptors()
    ) throws(MattermostError) {
        try Self.check(configuration.token)
        live = Live(configuration)
        self.interceptors = interceptors
        do {
            curl = try CurlClient(
                CurlClient.Options(caFile: configuration.caFile, way: configuration.proxy.map { .proxy($0) } ?? .direct))
        } catch {
            throw MattermostError(.unreachable, "Mattermost cannot be called: \(error).", cause: error)
        }
    }

    /// Makes all later calls with another token. Throws when the token cannot be one; the token before then stays in use.
    package func use(_ token: Secret<String>) throws(MattermostError) {
        var configuration = configuration
        guard token.reveal() != configuration.token.reveal() else { return }
        try Self.check(token)
        configuration.formerTokens = Array(([configuration.token] + configuration.formerTokens).prefix(Self.formerLimit))
        configuration.token = token
        live.replace(with: configuration)
        // The token may be another bot's.
        botName.withLock { $0 = nil }
    }

    /// The number of former tokens that are kept from the log.
    private static let formerLimit = 8

    private static func check(_ token: Secret<String>) throws(MattermostError) {
        let token = token.reveal()
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw MattermostError(
                .unauthorized, "[mattermost] token is empty or has characters no access token has.",
                mend: "Copy the bot's token again.")
        }
    }

    /// The time by which the server's clock is ahead of this machine's, in whole seconds; negative when it is behind. It is
    /// taken from the `Date` header of the last answer. A difference of more than ``largestDifference`` is ignored as a proxy's
    /// mistake.
    package var clockDifference: Duration { clocks.withLock { $0.believed } }

    static let largestDifference = Duration.seconds(3600)

    /// The difference according to the last `Date` header, however large; nil before the first such header.
    package var reportedClockDifference: Duration? { clocks.withLock { $0.reported } }

    /// Fails the calls in flight, and every later call at once, with the code `cancelled`.
    package func shutdown() { curl.shutdown() }

    /// Checks that the server answers and reports itself healthy. The call needs no permission.
    package func ping() async throws(MattermostError) {
        let request = APIRequest(.get, "/system/ping", reading: .ping)
        let answer = try await send(request, expecting: StatusAnswer.self)
        guard answer.status == "OK" else {
            let report = report(on: request)
            throw report.malformed("the status is \(report.quoted(answer.status)), not OK")
        }
    }

    /// Returns the account to which the token belongs.
    package func me() async throws(MattermostError) -> ChatUser {
        let user = try await user(APIRequest(.get, "/users/me", reading: .me))
        botName.withLock { $0 = user.username }
        return user
    }

    /// Returns the user with this id.
    package func user(_ id: String) async throws(MattermostError) -> ChatUser {
        try requireIDs(id, in: "GET /users/{id}")
        return try await user(APIRequest(.get, "/users/\(id)", reading: .user))
    }

    func send<Answer: Decodable>(
        _ request: APIRequest, expecting type: Answer.Type
    ) async throws(MattermostError) -> Answer {
        try await read(request) { try JSON.decode(type, from: $0) }
    }

    /// Makes a call and reads its answer, with the interceptors around both. All calls are made by this function.
    ///
    /// - Parameters:
    ///   - limit: the largest body of the answer, in bytes; nil for ``CurlClient/Options/maxBody``.
    ///   - parse: returns nil, or throws, for a body that does not fit the call. A ``MattermostError`` is passed on.
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
                // A decoder's error does not help an operator; the report below shows the kind and size of the body instead.
            }
            throw report(on: request).unexpected(answer)
        }
    }

    func user(_ request: APIRequest) async throws(MattermostError) -> ChatUser {
        try await read(request) { try JSON.decode(UserAnswer.self, from: $0).user }
    }

    /// Returns a complete answer with a 2xx status and a body of at most `limit` bytes.
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
        clocks.withLock { clocks in
            clocks.reported = difference
            guard difference <= Self.largestDifference, difference >= .zero - Self.largestDifference else { return }
            // The header has whole seconds, so a difference of one second may be none.
            clocks.believed = difference <= .seconds(1) && difference >= .seconds(-1) ? .zero : difference
        }
    }

    /// Throws unless all texts are ids, because nothing else may be put into a path. The code is `notFound`, because an object
    /// with such an id cannot exist on the server.
    func requireIDs(_ ids: String..., in call: String) throws(MattermostError) {
        guard !ids.allSatisfy({ MattermostName.isID($0) }) else { return }
        throw MattermostError(
            .notFound, "Mattermost \(call): not an id of Mattermost's, so it was not asked.", isDefinite: true)
    }
}
