import ActionCrypto
import Foundation
import TestSupport
import Testing

@testable import Sandbox

@Suite("Clicks on the sandbox's Mattermost")
struct MattermostClickTests {
    @Test("A click is one POST with the recorded head and Go's JSON")
    func request() async throws {
        try await SandboxMattermost.withRunning { server in
            try await RecordingPlugin.run(answer: RecordingPlugin.http("{}")) { plugin in
                let post = try server.postButton(calling: "http://127.0.0.1:\(plugin.port)/ok")
                let answer = try await server.click(post)
                #expect(answer.status == 200)
                #expect(answer.json["status"] == "OK" && Identifier.isValid(answer.json["trigger_id"]?.text ?? ""))
                let parts = plugin.text.components(separatedBy: "\r\n\r\n")
                let body = parts.last ?? ""
                #expect(
                    parts.first == """
                        POST /ok HTTP/1.1\r\nHost: 127.0.0.1:\(plugin.port)\r\nUser-Agent: Mattermost-Bot/1.1\r
                        Content-Length: \(body.utf8.count)\r\nAccept: application/json\r\nContent-Type: application/json\r
                        Accept-Encoding: gzip
                        """)
                #expect(body.hasSuffix(#""context":{"a":1,"z":"\u003c"}}"#))
                #expect(JSON(bytes: body.utf8)?["post_id"]?.text == post)
            }
        }
    }

    @Test("A click over TLS trusts the callback's CA and no other")
    func tls() async throws {
        let certificates = try Certificates.shared()
        let context = try TLSContext.server(identity: certificates.listener, alpn: [])
        for (ca, status) in [(try certificates.listenerCA, 200), (try certificates.teleportCA, 400)] {
            let client = try TLSContext.client(identity: nil, alpn: [], trust: .certificates(ca))
            try await SandboxMattermost.withRunning(.init(callbackTLS: client)) { server in
                try await RecordingPlugin.run(answer: RecordingPlugin.http("{}"), tls: context) { plugin in
                    let post = try server.postButton(calling: "https://localhost:\(plugin.port)/ok")
                    #expect(try await server.click(post).status == status)
                    #expect(plugin.bytes.isEmpty == (status != 200))
                }
            }
        }
    }

    @Test(
        "Anything but a 200 with JSON is an action integration error that changes nothing",
        arguments: [
            RecordingPlugin.http(#"{"update":{"message":"x"}}"#, status: "500 Internal Server Error"),
            RecordingPlugin.http("{}", status: "201 Created"), RecordingPlugin.http("no JSON"), "",
        ])
    func integrationError(answer: String) async throws {
        try await SandboxMattermost.withRunning { server in
            try await RecordingPlugin.run(answer: answer) { plugin in
                let post = try server.postButton(calling: "http://127.0.0.1:\(plugin.port)/ok")
                let click = try await server.click(post)
                #expect(click.status == 400)
                #expect(click.json["id"] == "api.post.do_action.action_integration.app_error")
                #expect(click.json["message"] == "Action integration error.")
                #expect(server.post(post)?.message == "before")
                #expect(server.ephemerals.isEmpty)
            }
        }
    }

    @Test("An update replaces message and props; ephemeral text goes to the clicker")
    func update() async throws {
        let answer = #"{"update":{"message":"after","props":{"b":2}},"ephemeral_text":"a <x|y>","skip_slack_parsing":true}"#
        try await SandboxMattermost.withRunning { server in
            try await RecordingPlugin.run(answer: RecordingPlugin.http(answer)) { plugin in
                let post = try server.postButton(calling: "http://127.0.0.1:\(plugin.port)/ok", props: ["from_webhook": "true"])
                #expect(try await server.click(post, as: "bob").status == 200)
                #expect(server.post(post)?.message == "after")
                #expect(server.post(post)?.props.sortedByName == ["b": 2, "from_webhook": "true"])
                #expect(server.ephemerals.map(\.message) == ["a <x|y>"])
                let bob = try server.world.read { state throws(AppError) in try state.account(named: "bob").id }
                #expect(server.ephemerals.first?.userID == bob)
            }
        }
    }

    @Test("Without props in the update the old ones stay, buttons included; Slack markup is rewritten unless told not to")
    func propsStay() async throws {
        let answer = #"{"update":{"message":""},"ephemeral_text":"<https://a.example|text>"}"#
        try await SandboxMattermost.withRunning { server in
            try await RecordingPlugin.run(answer: RecordingPlugin.http(answer)) { plugin in
                let post = try server.postButton(calling: "http://127.0.0.1:\(plugin.port)/ok")
                let props = server.post(post)?.props
                #expect(try await server.click(post).status == 200)
                #expect(server.post(post)?.message == "")
                #expect(server.post(post)?.props == props)
                #expect(server.ephemerals.map(\.message) == ["[text](https://a.example)"])
            }
        }
    }

    @Test("A stranger to the channel cannot click; an unknown button is a 404")
    func refusals() async throws {
        try await SandboxMattermost.withRunning { server in
            let post = try server.postButton(calling: "http://127.0.0.1:1/")
            let answer = try await MattermostCaller(server, as: "alice").call("POST", "/api/v4/posts/\(post)/actions/no", [:])
            #expect(answer.status == 404 && answer.json["id"] == "api.post.do_action.action_id.app_error")
            try server.world.change { state, _ throws(AppError) in
                _ = state.channels[0].members.remove(try state.account(named: "alice").id)
            }
            #expect(try await server.click(post).status == 403)
        }
    }
}
