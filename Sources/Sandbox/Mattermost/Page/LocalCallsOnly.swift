import HTTPTypes
import Hummingbird

/// Protects the control calls from other web pages in the same browser. Only JSON is accepted, which a page cannot send to
/// another origin without a preflight request, and only under a local host name, so that DNS rebinding does not help.
struct LocalCallsOnly: RouterMiddleware {
    typealias Context = ChatContext

    func handle(
        _ request: Request, context: ChatContext, next: (Request, ChatContext) async throws -> Response
    ) async throws -> Response {
        guard Self.isLocal(request.head.authority ?? "") else {
            return Self.refusal(.forbidden, "call the sandbox as localhost or 127.0.0.1")
        }
        let type = request.headers[.contentType] ?? ""
        guard request.method == .get || type.hasPrefix("application/json") else {
            return Self.refusal(.unsupportedMediaType, "send Content-Type: application/json")
        }
        do {
            return try await next(request, context)
        } catch let error as AppError {
            return error.body(requestID: context.requestID).response(.init(code: error.status))
        } catch let error as AuthRefusal {
            return Self.refusal(error.code == .notFound ? .notFound : .badRequest, error.message)
        } catch let error as SandboxError {
            return Self.refusal(.badRequest, error.message)
        }
    }

    static func isLocal(_ authority: String) -> Bool {
        let name = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1]"].contains(name)
    }

    private static func refusal(_ status: HTTPResponse.Status, _ message: String) -> Response {
        let body: JSON = ["message": .string(message)]
        return body.response(status)
    }
}
