/// How the auth service keeps what plugins store with requests. The defaults are those of 7.3.2 and 8.1.0.
package struct PluginDataRules: Sendable {
    /// How long a record lasts from its creation on; nil: until an hour after the request's access expiry as it was fixed at
    /// creation, whether or not the request is removed before.
    package var life: Duration?
    /// Removes a request's record with the request.
    package var goesWithRequest = false
    /// What a call without `resource` is refused with; nil: it gives all records.
    package var listRefusal: AuthRefusal?

    package init() {}
}

/// What plugins store with requests, by the rules of Teleport's `types/plugin_data.go`. Knows no clock.
struct PluginDataTable: Sendable {
    struct Record: Equatable, Sendable {
        var requestID: String
        /// A plugin's name to what it has stored.
        var entries: [String: [String: String]]
        /// By the ``PluginDataRules``: late enough that a DELETE handler can still read.
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

    /// `request` is asked for only when nothing is stored with it yet.
    mutating func apply(
        _ update: Update, request: AuthRequest?, rules: PluginDataRules = PluginDataRules(), at now: WallTime
    ) throws(AuthRefusal) {
        var record: Record
        if let known = self.record(of: update.requestID, at: now) {
            record = known
        } else {
            record = try create(update.requestID, for: request, rules, at: now)
        }
        var data = record.entries[update.plugin] ?? [:]
        for (key, value) in update.expect.sorted(by: { $0.key < $1.key }) where (data[key] ?? "") != value {
            throw AuthRefusal(.compareFailed, "expectations not met for field \"\(key)\"")
        }
        for (key, value) in update.set { data[key] = value.isEmpty ? nil : value }
        record.entries[update.plugin] = data.isEmpty ? nil : data
        record.written = now
        records[update.requestID] = record
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
