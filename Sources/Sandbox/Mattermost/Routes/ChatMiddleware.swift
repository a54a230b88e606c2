import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The parts that all calls share: faults, authentication, the server's headers and the form of its errors.
struct ChatMiddleware: RouterMiddleware {
    typealias Context = ChatContext

    let world: ChatWorld
    let faults: MattermostFaults
    let connections: OpenConnections
    let nodes: ChatNodes

    func handle(
        _ request: Request, context: ChatContext, next: (Request, ChatContext) async throws -> Response
    ) async throws -> Response {
        connections.add(context.channel)
        guard request.uri.path.hasPrefix("/api/v4/") else { return try await next(request, context) }
        let latency = faults.latency(method: request.method.rawValue, path: request.uri.path)
        // This sleep is cancelled only when the server stops.
        if latency > .zero { try await Task.sleep(for: latency) }
        let fault = faults.take(method: request.method.rawValue, path: request.uri.path)
        switch fault {
        case .rateLimited(let seconds): return Self.rateLimited(seconds)
        case .dropConnection: return try await hangUp(context)
        case .internalError: return dressed(AppError.internalError.response(requestID: context.requestID), request, context)
        case .stall: await faults.waitUntilCleared()
        case .loseAnswer, nil: break
        }
        let response = await respond(request, context, next)
        if fault == .loseAnswer { return try await hangUp(context) }
        return dressed(response, request, context)
    }

    private func respond(
        _ request: Request, _ context: ChatContext, _ next: (Request, ChatContext) async throws -> Response
    ) async -> Response {
        var context = context
        context.account = account(of: request)
        context.node = nodes.next(for: context.channel)
        do {
            return try await next(request, context)
        } catch let error as AppError {
            return error.response(requestID: context.requestID)
        } catch let error as any HTTPResponseError where error.status == .notFound {
            return AppError.noSuchPage.response(requestID: context.requestID)
        } catch {
            context.logger.error("Sandbox call failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return AppError.internalError.response(requestID: context.requestID)
        }
    }

    private func account(of request: Request) -> ChatAccount? {
        guard let header = request.headers[.authorization] else { return nil }
        let parts = header.split(separator: " ")
        guard parts.count == 2, ["bearer", "token"].contains(parts[0].lowercased()) else { return nil }
        return try? world.read { state throws(AppError) in
            guard let id = state.tokens[String(parts[1])] else { throw .sessionExpired }
            let account = try state.account(id)
            guard account.deleteAt == 0 else { throw .sessionExpired }
            return account
        }
    }

    private func dressed(_ response: Response, _ request: Request, _ context: ChatContext) -> Response {
        var response = response
        if request.method == .get { response.headers[.expires] = "0" }
        response.headers[.vary] = "Accept-Encoding"
        response.headers[.requestID] = context.requestID
        response.headers[.versionID] = "5.37.0..866d58dff0a8eb2fde52a5f8e77d6e4c.false"
        return response
    }

    private func hangUp(_ context: ChatContext) async throws -> Response {
        try? await context.channel.close()
        throw CancellationError()
    }

    /// The answer of the rate limiter. It is in front of the API, so the answer has none of the API's headers and is not JSON.
    private static func rateLimited(_ seconds: Int) -> Response {
        Response(
            status: .tooManyRequests,
            headers: [
                .contentType: "text/plain; charset=utf-8", .retryAfter: "\(seconds)", .xContentTypeOptions: "nosniff",
                .rateLimit: "2", .rateRemaining: "0", .rateReset: "\(seconds + 1)",
            ],
            body: .init(byteBuffer: ByteBuffer(string: "limit exceeded\n")))
    }
}

extension HTTPField.Name {
    static let requestID = known("X-Request-Id")
    static let versionID = known("X-Version-Id")
    static let rateLimit = known("X-Ratelimit-Limit")
    static let rateRemaining = known("X-Ratelimit-Remaining")
    static let rateReset = known("X-Ratelimit-Reset")
    static let databaseStatus = known("Database_status")
    static let filestoreStatus = known("Filestore_status")
    static let overallStatus = known("Status")

    /// Makes a header name from a literal. The fallback `.via` would fail the tests against fixtures if a literal were not a
    /// valid name.
    private static func known(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .via }
}
