import Access
import Mattermost
import MonitoringRules
import Settings

/// An access request in the form of `tctl get access_request/ID --format=json`.
struct RequestFile: Decodable {
    private struct Metadata: Decodable {
        var name: String
        var expires: String?
    }

    private struct Resource: Decodable {
        var cluster: String?
        var kind: String
        var name: String
        var part: String?

        enum CodingKeys: String, CodingKey {
            case cluster, kind, name
            case part = "sub_resource"
        }
    }

    private struct Spec: Decodable {
        var user: String
        var roles: [String]?
        var state: StateName?
        var created: String?
        var reason: String?
        var reviewers: [String]?
        var annotations: [String: [String]]?
        var resources: [Resource]?

        enum CodingKeys: String, CodingKey {
            case user, roles, state, created
            case reason = "request_reason"
            case reviewers = "suggested_reviewers"
            case annotations = "system_annotations"
            case resources = "requested_resource_ids"
        }
    }

    /// The state, as a number or by its name.
    private struct StateName: Decodable {
        var state: AccessRequest.State

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let name = (try? container.decode(Int.self)).map(String.init) ?? (try? container.decode(String.self)) ?? ""
            state =
                switch name.uppercased() {
                case "1", "PENDING": .pending
                case "2", "APPROVED": .approved
                case "3", "DENIED": .denied
                case "4", "PROMOTED": .promoted
                default: .unknown(Int(name) ?? 0)
                }
        }
    }

    private var kind: String?
    private var metadata: Metadata
    private var spec: Spec

    /// The largest file in bytes.
    private static let limit = 1 << 20

    static func read(_ path: String) throws(Notice) -> AccessRequest {
        let mend = "Write it with `tctl get access_request/ID --format=json`."
        let bytes = try ExplainFile.read(path, limit: limit)
        guard let file = JSONFile.one(RequestFile.self, from: bytes), file.kind ?? "access_request" == "access_request" else {
            throw Notice("\(path) does not contain one access request in JSON.", mend: mend)
        }
        guard let request = file.request else {
            throw Notice("\(path) contains a request whose name or time is not of Teleport's form.", mend: mend)
        }
        return request
    }

    private var request: AccessRequest? {
        guard let id = RequestID(metadata.name), let created = Self.time(spec.created) else { return nil }
        var request = AccessRequest(
            id: id, user: spec.user, roles: spec.roles ?? [], state: spec.state?.state ?? .pending, reason: spec.reason ?? "",
            created: created, expires: Self.time(metadata.expires), suggestedReviewers: spec.reviewers ?? [])
        request.annotations = spec.annotations ?? [:]
        request.resources = (spec.resources ?? []).map {
            RequestedResource(cluster: $0.cluster ?? "", kind: $0.kind, name: $0.name, part: $0.part ?? "")
        }
        return request
    }

    private static func time(_ text: String?) -> Timestamp? { text.flatMap { try? RFC3339.time($0) } }
}

/// Access monitoring rules in the form of `tctl get access_monitoring_rule --format=json`.
struct RuleFile: Decodable {
    private struct Metadata: Decodable {
        var name: String
    }

    private struct Notification: Decodable {
        var name: String?
        var recipients: [String]?
    }

    private struct Shift: Decodable {
        var weekday: String
        var start: String
        var end: String
    }

    private struct Time: Decodable {
        var shifts: [Shift]?
        var timezone: String?
    }

    private struct Schedule: Decodable {
        var time: Time?
    }

    private struct Spec: Decodable {
        var subjects: [String]?
        var condition: String?
        var notification: Notification?
        var schedules: [String: Schedule]?
    }

    private var kind: String?
    private var metadata: Metadata
    private var spec: Spec

    /// The largest file in bytes.
    private static let limit = 4 << 20

    static func read(_ path: String) throws(Notice) -> [MonitoringRule] {
        let bytes = try ExplainFile.read(path, limit: limit)
        guard let files = JSONFile.all(RuleFile.self, from: bytes),
            files.allSatisfy({ $0.kind ?? "access_monitoring_rule" == "access_monitoring_rule" })
        else {
            throw Notice(
                "\(path) does not contain access monitoring rules in JSON.",
                mend: "Write it with `tctl get access_monitoring_rule --format=json`.")
        }
        return files.map(\.rule)
    }

    private var rule: MonitoringRule {
        MonitoringRule(
            name: metadata.name, subjects: spec.subjects ?? [], condition: spec.condition ?? "",
            plugin: spec.notification?.name ?? "", recipients: spec.notification?.recipients ?? [],
            schedules: (spec.schedules ?? [:]).mapValues { schedule in
                MonitoringRule.Schedule(
                    timeZone: schedule.time?.timezone ?? "",
                    shifts: (schedule.time?.shifts ?? []).map { .init(weekday: $0.weekday, start: $0.start, end: $0.end) })
            })
    }
}

/// Reads the files that `explain` is given.
enum ExplainFile {
    static func read(_ path: String, limit: Int) throws(Notice) -> [UInt8] {
        do {
            return try NamedFile.read(path, limit: limit)
        } catch {
            throw Notice("\(OneLine.bounded(path)) \(error.words)", mend: error.mend)
        }
    }
}
