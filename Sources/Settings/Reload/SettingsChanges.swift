internal import Watcher

/// What a new reading of the configuration has changed, as the titles of keys and tables such as `[mattermost] recipients` and
/// `[approvals.roles]`.
package struct SettingsChanges: Equatable, Sendable {
    /// What a running plugin takes over.
    package var taken: [String]
    /// What waits for a restart.
    package var waiting: [String]
}

extension Settings {
    /// Returns what has changed.
    /// - Parameters:
    ///   - last: the settings that were taken over last. What has changed since then is taken over.
    ///   - started: the settings at the start. What differs from them waits for a restart, however often it is read.
    package func changes(since last: Settings, start started: Settings) -> SettingsChanges {
        var taken = given.changedKeys(since: last.given).filter { $0.effect == .reload }
        var waiting = given.changedKeys(since: started.given).filter { $0.effect == .restart }
        if approvals.hasButtons != started.approvals.hasButtons {
            // Posts get or lose their buttons by these keys too, and the secret then belongs to that change.
            taken.removeAll { $0 == .secret }
            if !waiting.contains(.buttons) { waiting.append(.buttons) }
        }
        let tables = given.changedTables(since: last.given).map { "[\($0.name)]" }
        return SettingsChanges(taken: taken.map(\.title) + tables, waiting: waiting.map(\.title))
    }

    /// Returns these settings with those values of the start that only a restart can change. The keys of these values are
    /// declared with `effect: .restart`.
    package func keeping(from started: Settings) -> Settings {
        var merged = self
        let isAboutButtons = approvals.hasButtons != started.approvals.hasButtons
        merged.teleport = started.teleport
        if !isAboutButtons { merged.teleport.clicks = teleport.clicks }
        merged.mattermost.url = started.mattermost.url
        merged.mattermost.caFile = started.mattermost.caFile
        merged.mattermost.proxy = started.mattermost.proxy
        if isAboutButtons { merged.mattermost.secret = started.mattermost.secret }
        merged.approvals.requiresClickerProof = started.approvals.requiresClickerProof
        merged.approvals.hasButtons = started.approvals.hasButtons
        merged.http = started.http
        merged.http.tls = http.tls
        merged.log.output = started.log.output
        merged.audit = started.audit
        merged.accessLists = started.accessLists
        merged.diagnostics = started.diagnostics
        return merged
    }
}
