import HTTPTypes
import Hummingbird
import NIOCore

/// Serves the web page, which is embedded in the binary, and its live state.
struct PageRoutes: Sendable {
    let servers: SandboxServers

    func add(to router: Router<ChatContext>) {
        router.get("/") { _, _ in Self.file(PackageResources.index_html, "text/html; charset=utf-8") }
        router.get("page.css") { _, _ in Self.file(PackageResources.page_css, "text/css; charset=utf-8") }
        for (name, bytes) in [
            ("page.js", PackageResources.page_js), ("markdown.js", PackageResources.markdown_js),
            ("posts.js", PackageResources.posts_js), ("teleport.js", PackageResources.teleport_js),
        ] {
            router.get("\(name)") { _, _ in Self.file(bytes, "text/javascript; charset=utf-8") }
        }
        router.get("sandbox/events") { request, _ in
            let username = String(request.uri.queryParameters["as"] ?? "alice")
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
                body: .init { writer in
                    let feed = EventFeed(bells: servers.bells) { servers.snapshot(for: username) }
                    try await feed.write(to: &writer)
                })
        }
    }

    private static func file(_ bytes: [UInt8], _ type: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: "no-cache", .xContentTypeOptions: "nosniff",
                .contentSecurityPolicy:
                    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; base-uri 'none'",
            ],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
