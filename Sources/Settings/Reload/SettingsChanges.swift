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
    /// Returns what has changed since the settings by which the plugin runs, see ``keeping(from:)``.
    package func changes(since running: Settings) -> SettingsChanges {
        let waits = keysThatWait(running)
        let changed = given.changedKeys(since: running.given)
        var waiting = changed.filter(waits.contains)
        if approvals.hasButtons != running.approvals.hasButtons, !waiting.contains(.buttons) { waiting.append(.buttons) }
        let tables = given.changedTables(since: running.given).map { "[\($0.name)]" }
        return SettingsChanges(
            taken: changed.filter { !waits.contains($0) }.map(\.title) + tables, waiting: waiting.map(\.title))
    }

    /// The keys whose changes wait for a restart.
    private func keysThatWait(_ running: Settings) -> Set<SettingKey> {
        var keys = Set(SettingKey.allCases.filter { $0.effect == .restart })
        if approvals.hasButtons != running.approvals.hasButtons {
            // Posts get or lose their buttons by these keys too. What guards the present buttons goes on to guard them.
            keys.formUnion([.secret, .basicAuthUser, .basicAuthPassword, .trustedProxies, .allowedSources])
        } else if given.changedKeys(since: running.given).contains(.publicAddr) {
            // The address may have a user and password as well, and is kept.
            keys.formUnion([.basicAuthUser, .basicAuthPassword])
        }
        return keys
    }

    /// Returns the settings by which a running plugin goes on: these, with those values that only a restart can change. The keys
    /// of these values are declared with `effect: .restart`.
    package func keeping(from running: Settings) -> Settings {
        let waits = keysThatWait(running)
        var merged = self
        merged.given = given.with(waits, of: running.given)
        merged.teleport = running.teleport
        let isAboutButtons = approvals.hasButtons != running.approvals.hasButtons
        if !isAboutButtons { merged.teleport.clicks = teleport.clicks }
        merged.mattermost.url = running.mattermost.url
        merged.mattermost.caFile = running.mattermost.caFile
        merged.mattermost.proxy = running.mattermost.proxy
        if isAboutButtons { merged.mattermost.secret = running.mattermost.secret }
        merged.approvals.requiresClickerProof = running.approvals.requiresClickerProof
        merged.approvals.hasButtons = running.approvals.hasButtons
        merged.http = running.http
        merged.http.tls = http.tls
        if !waits.contains(.basicAuthUser) { merged.http.basicAuth = http.basicAuth }
        if !isAboutButtons {
            merged.http.trustedProxies = http.trustedProxies
            merged.http.allowedSources = http.allowedSources
        }
        merged.log.output = running.log.output
        merged.audit = running.audit
        merged.accessLists = running.accessLists
        merged.diagnostics = running.diagnostics
        return merged
    }
}
