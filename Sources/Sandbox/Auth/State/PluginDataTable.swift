/// The rules by which the auth service keeps the data that plugins store with requests. The defaults are those of 7.3.2 and
/// 8.1.0.
package struct PluginDataRules: Sendable {
    /// The life of a record after its creation. Nil means that the record lasts until an hour after the end of the requested
    /// access as it was at the creation, even when the request is removed before.
    package var life: Duration?
    /// Whether the record is removed together with its request.
    package var goesWithRequest = false
    /// The refusal of a call without `resource`. If this is nil, such a call returns all records.
    package var listRefusal: AuthRefusal?

    package init() {}
}

/// The data that plugins store with requests, by the rules of Teleport's `types/plugin_data.go`. Callers pass the time in.
struct PluginDataTable: Sendable {
    struct Record: Equatable, Sendable {
        var requestID: String
        /// The data that each plugin has stored, by the plugin's name.
        var entries: [String: [String: String]]
        /// The time at which the record expires, by ``PluginDataRules``. By default it is late enough for a plugin to read the
        /// data after the request was removed.
        var expires: WallTime
        var written: WallTime
    }

    struct Update: Sendable {
        var requestID: String
        var plugin: String
        var set: [String: String]
        var expect: [String: String]
    }

    private var records: [String: Record] = [:]

    func record(of requestID: String, at now: WallTime) -> Record? {
        records[requestID].flatMap { $0.expires > now ? $0 : nil }
    }

    func all(at now: WallTime) -> [Record] {
        records.values.filter { $0.expires > now }.sorted { $0.requestID < $1.requestID }
    }

    mutating func removeExpired(at now: WallTime) {
        for (id, record) in records where record.expires <= now { records[id] = nil }
    }

    mutating func remove(_ requestID: String) { records[requestID] = nil }

    /// Applies an update. `request` is called only when no plugin has stored data with the request yet.
    mutating func apply(
        _ update: Update, request: AuthRequest?, rules: PluginDataRules = PluginDataRules(), at now: WallTime
    ) throws(AuthRefusal) {
        var record: Record
        if let known = self.record(of: update.requestID, at: now) {
            record = known
        } else {
            record = try create(update.requestID, for: request, rules, at: now)
        }
        try Self.apply(update, to: &record.entries)
        record.written = now
        records[update.requestID] = record
    }

    /// Applies an update to the data that plugins have stored with one resource, by the plugin's name.
    static func apply(_ update: Update, to entries: inout [String: [String: String]]) throws(AuthRefusal) {
        var data = entries[update.plugin] ?? [:]
        for (key, value) in update.expect.sorted(by: { $0.key < $1.key }) where (data[key] ?? "") != value {
            throw AuthRefusal(.compareFailed, "expectations not met for field \"\(key)\"")
        }
        for (key, value) in update.set { data[key] = value.isEmpty ? nil : value }
        entries[update.plugin] = data.isEmpty ? nil : data
    }

    private func create(
        _ id: String, for request: AuthRequest?, _ rules: PluginDataRules, at now: WallTime
    ) throws(AuthRefusal) -> Record {
        guard let request else { throw AuthRefusal(.notFound, "access request \"\(id)\" not found") }
        let life = request.pluginDataLife ?? rules.life
        let expires = life.map { now + $0 } ?? request.accessExpires + .seconds(3600)
        return Record(requestID: id, entries: [:], expires: expires, written: now)
    }
}
