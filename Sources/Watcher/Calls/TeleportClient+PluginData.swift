package import Access
import SwiftProtobuf
import TeleportAPI

/// The calls about the plugin data, which is a small record that Teleport keeps for each request. ``AccessService`` documents
/// them.
extension TeleportClient {
    /// The plugin's name in the stored data. The original plugin used the same, so that both read each other's records.
    static let plugin = "mattermost"
    private static let kind = "access_request"

    package func pluginData(of id: RequestID) async throws(TeleportError) -> [String: String] {
        let filter = Types_PluginDataFilter.with {
            $0.kind = Self.kind
            $0.resource = id.rawValue
            $0.plugin = Self.plugin
        }
        let answer = try await call(.readPluginData) { try await $0.api.getPluginData(filter, options: Link.options) }
        let record = answer.pluginData.first { $0.metadata.name == id.rawValue }
        return record?.spec.entries[Self.plugin]?.data ?? [:]
    }

    /// Lists the records of all requests by a call that names no resource. The server then returns all records of the plugin,
    /// including those of removed requests (measured on 7.3.2 and 8.1.0; `lib/services/local/dynamic_access.go` of newer
    /// versions reads the same range). Returns nil if a server refuses such a call, or if the list is larger than a message may
    /// be.
    package func allPluginData() async throws(TeleportError) -> [RequestID: [String: String]]? {
        let filter = Types_PluginDataFilter.with {
            $0.kind = Self.kind
            $0.plugin = Self.plugin
        }
        do {
            var messages = try await call(.listPluginData) {
                try await $0.api.getPluginData(filter, options: Link.options)
            }.pluginData
            var records: [RequestID: [String: String]] = [:]
            // Each message is given back at once, because those of thousands of requests take tens of megabytes.
            while let record = messages.popLast() {
                guard let id = RequestID(record.metadata.name) else { continue }
                records[id] = record.spec.entries[Self.plugin]?.data ?? [:]
            }
            return records
        } catch {
            switch error.code {
            case .refused, .unimplemented, .other: return nil
            default: throw error
            }
        }
    }

    package func updatePluginData(
        of id: RequestID, setting: [String: String], expecting: [String: String]
    ) async throws(TeleportError) {
        let update = Types_PluginDataUpdateParams.with {
            $0.kind = Self.kind
            $0.resource = id.rawValue
            $0.plugin = Self.plugin
            $0.set = setting
            $0.expect = expecting
        }
        _ = try await call(.updatePluginData, as: .updatePluginData(setting: setting)) {
            try await $0.api.updatePluginData(update, options: Link.options)
        }
    }
}
