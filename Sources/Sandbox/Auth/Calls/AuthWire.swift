import SwiftProtobuf
import TeleportAPI

extension WallTime {
    var timestamp: Google_Protobuf_Timestamp {
        .with {
            let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
            $0.seconds = rest < 0 ? seconds - 1 : seconds
            $0.nanos = Int32(rest < 0 ? rest + 1_000_000_000 : rest)
        }
    }
}

extension AuthRequest {
    /// The request in the form that 7.3.2 sends: with empty annotations, and with the default threshold for every role.
    var message: Types_AccessRequestV3 {
        .with {
            $0.kind = "access_request"
            $0.version = "v3"
            $0.metadata = .record(id, expires: expires, written: written)
            $0.spec = .with {
                $0.user = user
                $0.roles = roles
                $0.state = Types_RequestState(rawValue: state.rawValue) ?? .none
                $0.created = created.timestamp
                $0.requestKind = Types_AccessRequestKind(rawValue: kind) ?? .undefined
                $0.expires = accessExpires.timestamp
                $0.requestReason = reason
                if let end = maxDuration.timestamp { $0.maxDuration = end }
                $0.resolveReason = resolveReason
                $0.suggestedReviewers = suggestedReviewers
                $0.requestedResourceIds = resources.map { resource in
                    .with { ($0.clusterName, $0.kind, $0.name) = (resource.cluster, resource.kind, resource.name) }
                }
                $0.resolveAnnotations = .init()
                $0.systemAnnotations = .init()
                $0.thresholds = thresholds.map { threshold in
                    .with {
                        $0.name = threshold.name
                        ($0.approve, $0.deny) = (UInt32(clamping: threshold.approve), UInt32(clamping: threshold.deny))
                    }
                }
                let all = thresholds.indices.map { UInt32($0) }
                $0.reviews = reviews.map { $0.message(countingFor: all) }
                let first = Types_ThresholdIndexSets.with { $0.sets = [.with { $0.indexes = all }] }
                // A message without fields keeps all bytes, and they are sent after the fields that are known.
                if let raw = try? Proto_PingRequest(serializedBytes: rawFields) { $0.unknownFields = raw.unknownFields }
                $0.roleThresholdMapping = Dictionary(roles.map { ($0, first) }, uniquingKeysWith: { set, _ in set })
            }
        }
    }
}

extension AuthReview {
    fileprivate func message(countingFor thresholds: [UInt32]) -> Types_AccessReview {
        .with {
            ($0.author, $0.submittedBy, $0.reason) = (author, submittedBy, reason)
            $0.proposedState = Types_RequestState(rawValue: state.rawValue) ?? .none
            if let created = created.timestamp { $0.created = created }
            $0.thresholdIndexes = thresholds
        }
    }
}

extension PluginDataTable.Record {
    var message: Types_PluginDataV3 {
        .with {
            $0.kind = "plugin_data"
            $0.subKind = "access_request"
            $0.version = "v3"
            $0.metadata = .record(requestID, expires: expires, written: written)
            $0.spec = .with { $0.entries = entries.mapValues { data in .with { $0.data = data } } }
        }
    }
}

extension Types_Metadata {
    fileprivate static func record(_ name: String, expires: WallTime, written: WallTime) -> Self {
        .with {
            $0.name = name
            $0.namespace = "default"
            $0.expires = expires.timestamp
            $0.id = written.nanoseconds
        }
    }
}

extension Proto_Event {
    /// The INIT event. It has no bytes, because the number of its type is zero and it has no resource.
    static let initial = Self.with { $0.type = .init_ }

    static func put(_ request: AuthRequest) -> Self {
        .with {
            $0.type = .put
            $0.accessRequest = request.message
        }
    }

    /// A deletion has only the kind, the version and the name.
    static func delete(_ id: String) -> Self {
        .with {
            $0.type = .delete
            $0.resourceHeader = .with {
                $0.kind = "access_request"
                $0.version = "v3"
                $0.metadata = .with { ($0.name, $0.namespace) = (id, "default") }
            }
        }
    }
}

extension Proto_PingResponse {
    /// The features that 7.3.2 reports (Kubernetes, applications, databases) are left out, because the reduced message
    /// definitions do not have them.
    static func of(
        cluster: String, version: String, proxy: String = "", advancedAccessWorkflows: Bool = false
    ) throws -> Self {
        var response = Self()
        response.clusterName = cluster
        response.serverVersion = version
        response.proxyPublicAddr = proxy
        response.serverFeatures = try Proto_Features(serializedBytes: [0x08, 1, 0x10, 1, 0x18, 1] as [UInt8])
        response.serverFeatures.advancedAccessWorkflows = advancedAccessWorkflows
        return response
    }
}
