import HTTPTypes
import Hummingbird
import NIOCore
import TriggerSigning

/// The calls `/api/v4/system/ping` and `/api/v4/config/client`. They need no token; with one the second returns more.
struct SystemRoutes: Sendable {
    let signer: TriggerSigner
    let world: ChatWorld

    func add(to router: RouterGroup<ChatContext>) {
        router.get("system/ping") { request, _ in
            ping(full: request.uri.queryParameters["get_server_status"] == "true")
        }
        router.get("config/client") { request, context in
            switch request.uri.queryParameters["format"] {
            case "old": return try clientConfig(isLoggedIn: (try? context.caller()) != nil)
            case nil, "": throw AppError.newConfigFormat
            default: throw AppError.badURLParameter("format")
            }
        }
    }

    private func ping(full: Bool) -> Response {
        var body: JSON = [
            "AndroidLatestVersion": "", "AndroidMinVersion": "", "DesktopLatestVersion": "", "DesktopMinVersion": "",
            "IosLatestVersion": "", "IosMinVersion": "",
        ]
        if full {
            body["database_status"] = "OK"
            body["filestore_status"] = "OK"
        }
        body["status"] = "OK"
        var response = body.response()
        if full {
            for name in [HTTPField.Name.databaseStatus, .filestoreStatus, .overallStatus] { response.headers[name] = "OK" }
        }
        return response
    }

    /// Returns the configuration for clients. A real server sends two hundred more fields, with chunked encoding.
    private func clientConfig(isLoggedIn: Bool) throws -> Response {
        var body: JSON = [
            "AsymmetricSigningPublicKey": .string(signer.publicKey), "Version": "5.37.0", "BuildNumber": "",
            "SiteName": "Mattermost",
        ]
        let showsEmail = try world.read { state throws(AppError) in state.showsEmail }
        if isLoggedIn { body["ShowEmailAddress"] = .string("\(showsEmail)") }
        if !signer.offersKey { body["AsymmetricSigningPublicKey"] = nil }
        let bytes = body.goEncoded
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init { writer in
                try await writer.write(ByteBuffer(bytes: bytes))
                try await writer.finish(nil)
            })
    }
}
