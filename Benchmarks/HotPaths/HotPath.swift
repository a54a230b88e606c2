import Access
import ActionCrypto
import Mattermost
import NIOCore

@testable import CallbackServer

/// The paths whose instructions are counted. Each prepares its input and returns what is to be repeated.
enum HotPath {
    nonisolated(unsafe) static let all: [String: () throws -> () -> Void] = [
        "parse-and-verify-a-click": click, "render-a-reply": reply, "plan-a-new-request": planNew,
        "plan-a-posted-request": planPosted, "render-a-card": card,
    ]

    private static let moment = Timestamp(milliseconds: 1_795_212_453_332)
    private static let id = valid(RequestID("2ac7a19b-41ca-4cbf-a491-9a0009d3eef6"))
    private static let channel = "dpygwdyjubydfne5nshbuea4ga"
    private static let cluster = "teleport.example.com"

    private static func valid<Value>(_ value: Value?) -> Value {
        guard let value else { fatalError("an input of the benchmark is malformed") }
        return value
    }

    private static func signer() throws -> ActionSigner {
        try ActionSigner(secret: Secret(Array("a secret of the benchmark alone".utf8)))
    }

    private static func context(_ decision: Decision) throws -> ActionContext {
        try signer().sign(
            decision, requestID: id, cluster: cluster, channelID: channel, recipient: "engineering/access-requests",
            issued: moment, expires: moment.advanced(by: .seconds(3600)))
    }

    private static func click() throws -> () -> Void {
        let signer = try signer()
        let fields = try context(.approve).fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
        let body = Array(
            """
            {"user_id":"xc4bexnho78i3fe6d45jxozfbw","user_name":"alice","channel_id":"\(channel)",\
            "channel_name":"access-requests","team_id":"fi1rjwgkwtn6jpnnsgbgubh8po","team_domain":"engineering",\
            "post_id":"wbh6ytrjrbg6id39bsbiji8cpa","trigger_id":"\(String(repeating: "A", count: 170))","type":"",\
            "data_source":"","context":{\(fields.joined(separator: ","))}}
            """.utf8)
        return {
            let click = valid(body.withUnsafeBytes { try? ClickScanner.scan($0) })
            guard case .success = signer.verify(click.context, cluster: cluster, at: moment) else { fatalError("not genuine") }
        }
    }

    private static func reply() throws -> () -> Void {
        var renderer = ReplyRenderer(now: { 1_795_212_453 })
        let body = Array(#"{"ephemeral_text":"You approved the request.","skip_slack_parsing":true}"#.utf8)
        return { precondition(renderer.json(body, .open).readableBytes > body.count) }
    }

    private static func situation(_ record: PluginRecord) -> Situation {
        let request = AccessRequest(id: id, user: "alice", roles: ["editor", "dba"], state: .pending, created: moment)
        return Situation(
            id: id, replica: "me", cluster: cluster, request: request, record: record,
            targets: [.init(channelID: channel, recipient: "engineering/access-requests")],
            rendering: Rendering(fingerprint: "f1", since: moment))
    }

    private static func planNew() -> () -> Void {
        let situation = situation(PluginRecord([:]))
        return { precondition(PostPlan.next(for: situation, now: moment) == .claim(replacing: "")) }
    }

    private static func planPosted() -> () -> Void {
        let fields = [
            "user": "alice", "roles": "editor,dba", "messages": "\(channel)/post1", "rendered": "f1|\(moment.milliseconds)",
        ]
        let situation = situation(PluginRecord(fields))
        return { precondition(PostPlan.next(for: situation, now: moment) == .done) }
    }

    private static func card() throws -> () -> Void {
        var request = AccessRequest(id: id, user: "alice", roles: ["editor", "dba"], state: .pending, created: moment)
        request.reason = "Incident 4711: orders-db is slow"
        let subject = Subject(request)
        let buttons = try [Decision.approve, .deny].map { decision in
            Card.Button(
                decision, url: "https://access.example.com/mattermost_action", context: try context(decision).fields)
        }
        return {
            let card = Card(subject, status: .pending, buttons: buttons, now: moment, cluster: cluster)
            precondition(clickAnswer(update: card, ephemeral: "").count > 500)
        }
    }
}
