import Access
import Foundation
import Testing

@testable import CallbackServer

@Suite(.timeLimit(.minutes(1))) struct ProtocolTests {
    @Test(
        "A malformed request, or one without exactly one Host, gets 400 and the connection closes",
        arguments: [
            "GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "\u{1}\u{2}\u{3}\r\n\r\n",
            "GET /healthz HTTP/9.1\r\nHost: a\r\n\r\n", "GET /healthz\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n",
            "POST /mattermost_action HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST /mattermost_action HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "POST /mattermost_action HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            "POST /mattermost_action HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nZ\r\n",
        ])
    func malformed(request: String) async throws {
        try await expect("400", close: true, request)
    }

    @Test(
        "A head past its limit, in one field, in many, or in white space, gets 431 and the connection closes",
        arguments: [
            "GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 17_000) + "\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 200) + "\r\n",
            "GET /" + String(repeating: "x", count: 17_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: " ", count: 100_000),
        ])
    func longHead(request: String) async throws {
        try await expect("431", close: true, request)
    }

    @Test("A head just under the limit is served")
    func head() async throws {
        let field = "X: \(String(repeating: "x", count: 16_000))\r\n"
        try await expect("200", close: false, ClickText.get("/healthz", fields: field))
    }

    @Test(
        "A body that is not declared as JSON gets 415",
        arguments: [
            "", "Content-Type: text/plain\r\n", "Content-Type: application/jsonp\r\n",
            "Content-Type: application/json5; a=b\r\n",
        ])
    func notJSON(field: String) async throws {
        let head = "POST /mattermost_action HTTP/1.1\r\nHost: a\r\n"
        try await expect("415", close: false, head + "\(field)Content-Length: 2\r\n\r\n{}")
    }

    @Test("The content type of JSON may have parameters and any case")
    func parameters() async throws {
        let body = try ClickText.signed()
        let request = ClickText.post(body)
            .replacing("application/json\r\n\r\n", with: "Application/JSON ; charset=utf-8\r\n\r\n")
        try await expect("200", close: false, request)
    }

    @Test(
        "A body past the limit, announced or not, gets 413 on any route and the connection closes",
        arguments: [
            "/mattermost_action", "/healthz", "/nowhere",
        ])
    func largeBody(path: String) async throws {
        let head = "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        let size = 64 * 1024 + 1
        try await expect("413", close: true, head + "Content-Length: \(size)\r\n\r\n")
        let chunk = "\(String(size / 2 + 1, radix: 16))\r\n\(String(repeating: "x", count: size / 2 + 1))\r\n"
        try await expect("413", close: true, head + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk)
    }

    @Test("A body of the largest size is read, in chunks or not")
    func largestBody() async throws {
        let click = try ClickText.signed()
        let body = click + String(repeating: " ", count: 64 * 1024 - click.utf8.count)
        try await expect("200", close: false, ClickText.post(body))
        let half = String(body.prefix(32_768))
        let chunks = "8000\r\n\(half)\r\n8000\r\n\(body.dropFirst(32_768))\r\n0\r\n\r\n"
        let head = "POST /mattermost_action HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        try await expect("200", close: false, head + "Transfer-Encoding: chunked\r\n\r\n" + chunks)
    }

    @Test("100-continue is answered before the body comes; another expectation is 417")
    func expectation() async throws {
        try await RunningServer.with { server in
            let client = try await server.client()
            let body = try ClickText.signed()
            let request = ClickText.post(body, fields: "Expect: 100-Continue\r\n")
            client.send(String(request.dropLast(body.count)))
            #expect(await client.replies(1) == ["HTTP/1.1 100 Continue\r\n\r\n"])
            #expect(await client.reply(to: body).hasPrefix("HTTP/1.1 200 "))
            await client.close()
        }
        try await expect("417", close: true, ClickText.post("", fields: "Expect: 200-ok\r\n"))
        let refused = ClickText.post(String(repeating: "x", count: 100), to: "/nowhere", fields: "Expect: 100-continue\r\n")
        try await expect("404", close: true, String(refused.dropLast(100)))
    }

    @Test(
        "The connection ends when the client says so, by version or field",
        arguments: [
            "GET /healthz HTTP/1.0\r\n\r\n", ClickText.get("/healthz", fields: "Connection: Close\r\n"),
            ClickText.get("/healthz", fields: "Connection: upgrade\r\nUpgrade: h2c\r\n"),
            ClickText.get("/healthz", fields: "Connection: foo, close\r\n"),
        ])
    func closes(request: String) async throws {
        try await expect("200", close: true, request)
    }

    @Test("An HTTP/1.0 client may ask for a persistent connection, and the reply says that it has one")
    func keptAlive() async throws {
        try await RunningServer.with { server in
            let client = try await server.client()
            for _ in 0..<2 {
                let reply = await client.reply(to: "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(reply.contains("\r\nConnection: keep-alive\r\n"))
            }
            await client.close()
        }
    }

    @Test("A client that closes its output after the request still gets the reply, then the connection closes")
    func halfClosed() async throws {
        try await RunningServer.with { server in
            let client = try await server.client()
            client.send(ClickText.get("/healthz") + ClickText.post(try ClickText.signed()) + ClickText.get("/healthz"))
            client.finishSending()
            let rest = await client.rest()
            #expect(rest.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
        }
    }

    @Test("Basic authentication is required on the action route only, and the reply says so")
    func basicAuth() async throws {
        let auth = BasicAuth(user: "mattermost", password: Secret("pass:wörd"))
        let good = "Authorization: basic \(Data("mattermost:pass:wörd".utf8).base64EncodedString())\r\n"
        try await RunningServer.with(basicAuth: auth) { server in
            let client = try await server.client()
            let body = try ClickText.signed()
            for field in [
                "", "Authorization: Basic \r\n", "Authorization: Bearer x\r\n",
                "Authorization: Basic \(Data("mattermost:wrong".utf8).base64EncodedString())\r\n",
                good.replacing("\r\n", with: "A\r\n"), String(good.dropLast(3)) + "\r\n",
            ] {
                let reply = await client.reply(to: ClickText.post(body, fields: field))
                #expect(reply.hasPrefix("HTTP/1.1 401 ") && reply.contains("\r\nWWW-Authenticate: Basic realm="))
            }
            #expect(await client.reply(to: ClickText.post(body, fields: good)).hasPrefix("HTTP/1.1 200 "))
            #expect(await client.reply(to: ClickText.get("/healthz")).hasPrefix("HTTP/1.1 200 "))
            await client.close()
        }
    }

    private func expect(_ status: String, close: Bool, _ request: String) async throws {
        try await RunningServer.with { server in
            let client = try await server.client()
            client.send(request)
            let reply = close ? await client.rest() : await client.replies(1).first ?? ""
            #expect(reply.hasPrefix("HTTP/1.1 \(status) "))
            #expect(reply.contains("\r\nConnection: close\r\n") == close)
            #expect(reply.components(separatedBy: "HTTP/1.1 ").count == 2)
            await client.close()
        }
    }
}
