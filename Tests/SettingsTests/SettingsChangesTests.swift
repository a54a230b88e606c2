import Access
import Foundation
import TestSupport
import Testing
import Watcher

@testable import Settings

@Suite("What a new reading of the configuration changes")
struct SettingsChangesTests {
    private func changes(from old: [String], to new: [String]) throws -> SettingsChanges {
        let old = try parse(old)
        return try parse(new).changes(since: old)
    }

    @Test("Comments, the order of entries and a default that is written down change nothing")
    func nothing() throws {
        let roles = ["[role_to_recipients]", #"a = ["t/a"]"#, #"b = ["t/b"]"#]
        let other = ["# a comment", "[role_to_recipients]", #"b = ["t/b"]"#, #"a = ["t/a"]"#]
        let written = changed(.notifyRequester, to: "requester = false")
        #expect(try changes(from: goodLines + roles, to: written + other) == SettingsChanges(taken: [], waiting: []))
    }

    @Test(
        "What people see and who decides is taken over",
        arguments: [
            (SettingKey.recipients, #"recipients = ["t/more"]"#), (.approvers, #"approvers = ["@ana"]"#),
            (.token, #"token = "anotherTOKENtoken123456789""#), (.secret, #"secret = "another secret of the test""#),
            (.previousSecrets, #"previous_secrets = ["SECRETsecretSECRETsecret2"]"#), (.severity, #"severity = "WARN""#),
            (.format, #"format = "json""#), (.askReason, #"ask_reason = "never""#), (.method, #"method = "state""#),
            (.messageTitle, #"title = "{{user}}""#), (.postingDelay, #"delay = "3s""#),
            (.reminderBefore, #"before_expiry = "10m""#), (.notifyRequester, "requester = true"),
            (.httpsKeyFile, #"https_key_file = "/other""#), (.basicAuthUser, #"basic_auth.user = "other""#),
            (.basicAuthPassword, #"basic_auth.password = "other""#), (.trustedProxies, #"trusted_proxies = ["10.0.0.1"]"#),
            (.allowedSources, #"allowed_sources = ["10.0.0.1"]"#),
        ])
    func taken(_ key: SettingKey, _ line: String) throws {
        #expect(
            try changes(from: goodLines, to: changed(key, to: line)) == SettingsChanges(taken: [key.title], waiting: []))
    }

    @Test("The entries of a table are taken over")
    func tables() throws {
        for table in ["approvals.roles", "role_to_recipients"] {
            let found = try changes(from: goodLines, to: goodLines + ["[\(table)]", #"dba = ["t/dba"]"#])
            #expect(found == SettingsChanges(taken: ["[\(table)]"], waiting: []))
        }
        let users = goodLines + ["[approvals.users]", #"ana = "ana.lopez""#]
        #expect(try changes(from: goodLines, to: users).taken == ["[approvals.users]"])
    }

    /// For each key that only a restart can change: another line, and the value of the settings that it gives.
    private static let waiting: [(key: SettingKey, line: String, value: @Sendable (Settings) -> String)] = [
        (.addr, #"addr = "other.example.com:3025""#, { $0.teleport.address }),
        (.authServer, #"auth_server = "other.example.com:3025""#, { $0.teleport.address }),
        (.clientKey, #"client_key = "/k2""#, { $0.teleport.clientKey }),
        (.clientCrt, #"client_crt = "/c2""#, { $0.teleport.clientCertificate }),
        (.rootCAs, #"root_cas = "/r2""#, { $0.teleport.rootCAs }),
        (.identity, #"identity = "/i""#, { $0.teleport.identity ?? "" }),
        (.refreshIdentity, "refresh_identity = false", { "\($0.teleport.refreshesIdentity)" }),
        (.refreshIdentityInterval, #"refresh_identity_interval = "5m""#, { "\($0.teleport.refreshInterval)" }),
        (.webAddr, #"web_addr = "web.example.com""#, { $0.teleport.webAddress ?? "" }),
        (.teleportProxy, #"proxy = "http://p:1""#, { "\(String(describing: $0.teleport.proxy))" }),
        (.mattermostProxy, #"proxy = "http://p:1""#, { "\(String(describing: $0.mattermost.proxy))" }),
        (.url, #"url = "https://other.example.com""#, { "\($0.mattermost.url)" }),
        (.requireClickerProof, "require_clicker_proof = false", { "\($0.approvals.requiresClickerProof)" }),
        (.buttons, "buttons = false", { "\($0.approvals.hasButtons)" }),
        (.publicAddr, #"public_addr = "other.example.com""#, { $0.http.callbackURL ?? "" }),
        (.listenAddr, #"listen_addr = ":9""#, { "\($0.http.listen)" }),
        (.output, #"output = "stderr""#, { "\($0.log.output)" }),
        (.auditOutput, #"output = "/other""#, { "\($0.audit)" }),
        (.monitoringRules, "monitoring_rules = false", { "\($0.teleport.usesMonitoringRules)" }),
        (.accessListReminders, "reminders = true", { "\($0.accessLists)" }),
        (.diagnosticsListenAddr, #"listen_addr = "off""#, { "\($0.diagnostics)" }),
        (.diagnosticsSocket, #"socket = "off""#, { "\($0.diagnostics)" }),
    ]

    @Test("Every key that waits for a restart keeps its value from the start, and is told at every reading")
    func waiting() throws {
        let file = try Certificates.shared().path("auth.cas")
        let caFile: (key: SettingKey, line: String, value: @Sendable (Settings) -> String) = (
            .caFile, "ca_file = \"\(file)\"", { $0.mattermost.caFile ?? "" }
        )
        let waiting = Self.waiting + [caFile]
        #expect(Set(waiting.map(\.key)) == Set(SettingKey.allCases.filter { $0.effect == .restart }))
        for (key, line, value) in waiting {
            var old = goodLines
            var lines = changed(key, to: line)
            if key == .addr || key == .identity {
                let replaced: [SettingKey] = key == .addr ? [.authServer] : [.clientKey, .clientCrt, .rootCAs]
                for other in replaced {
                    lines.removeAll { $0.hasPrefix("\(other.name) =") }
                    old.removeAll { $0.hasPrefix("\(other.name) =") && key == .identity }
                }
            }
            let (start, new) = (try parse(old), try parse(lines))
            #expect(value(new) != value(start), "\(key)")
            #expect(value(new.keeping(from: start)) == value(start), "\(key)")
            #expect(new.changes(since: new.keeping(from: start)).waiting.contains(key.title), "\(key)")
            #expect(new.changes(since: start).taken == [], "\(key)")
        }
    }

    @Test("A configuration that loses its buttons keeps them until a restart, with the secret that signs them")
    func buttons() throws {
        let start = try parse(goodLines)
        let lines = goodLines.filter { !$0.hasPrefix("secret =") && !$0.hasPrefix("public_addr =") }
        let new = try parse(lines)
        #expect(!new.approvals.hasButtons)
        let waiting = ["[mattermost] secret", "[http] public_addr", "[approvals] buttons"]
        #expect(new.changes(since: start) == SettingsChanges(taken: [], waiting: waiting))
        let merged = new.keeping(from: start)
        #expect(merged.approvals.hasButtons && merged.http.publicURL != nil)
        #expect(merged.mattermost.secret?.reveal() == start.mattermost.secret?.reveal())
    }

    private static let guards = [
        #"basic_auth.user = "mm""#, #"basic_auth.password = "second""#, #"trusted_proxies = ["10.0.0.1"]"#,
        #"allowed_sources = ["10.0.0.2"]"#,
    ]

    /// Returns the good lines with other values of the keys that say who is let in.
    private func guarded(_ others: [String] = guards) -> [String] {
        let names = others.map { $0.prefix { $0 != " " } }
        let lines = goodLines.filter { line in !names.contains { line.hasPrefix($0) } }
        let section = lines.firstIndex(of: "[http]").map { $0 + 1 } ?? 0
        return lines[..<section] + others + lines[section...]
    }

    @Test("Who is let in is taken over, and stays while the buttons or the public address wait for a restart")
    func admission() throws {
        let start = try parse(goodLines)
        let live = try parse(guarded()).keeping(from: start)
        #expect(live.http.basicAuth?.password.reveal() == "second")
        #expect(live.http.callbackURL?.contains("second") == true)
        #expect(live.http.trustedProxies != start.http.trustedProxies && live.http.allowedSources != start.http.allowedSources)

        // Without buttons nothing guards them any more, and until the restart they are there.
        let none = try parse(changed(.buttons, to: "buttons = false").filter { !$0.hasPrefix("basic_auth") })
        let kept = none.keeping(from: live)
        #expect(kept.http.basicAuth?.password.reveal() == "second" && kept.http.allowedSources == live.http.allowedSources)
        let changes = none.changes(since: live)
        #expect(changes.taken == [] && changes.waiting.contains("[http] allowed_sources"), "\(changes)")
        #expect(none.changes(since: kept) == changes)
        #expect(try parse(guarded()).changes(since: kept) == SettingsChanges(taken: [], waiting: []))

        // The address may have a password in the place of the other one.
        let lines = goodLines.filter { !$0.hasPrefix("basic_auth") }.map {
            $0.hasPrefix("public_addr") ? #"public_addr = "u:third@other.example.com""# : $0
        }
        let moved = try parse(lines)
        #expect(moved.keeping(from: live).http.basicAuth?.password.reveal() == "second")
        let waiting = moved.changes(since: live).waiting
        #expect(waiting.contains("[http] public_addr") && waiting.contains("[http] basic_auth.password"), "\(waiting)")
    }

    @Test("A secret that was taken over is not given up for the one of the start when the buttons have to wait")
    func newestSecret() throws {
        let start = try parse(goodLines)
        let second = try parse(changed(.secret, to: #"secret = "second secret of the test""#)).keeping(from: start)
        let third = changed(.secret, to: #"secret = "third secret of the test""#)
        let none = try parse(third.flatMap { $0 == "[approvals]" ? [$0, "buttons = false"] : [$0] })
        #expect(none.keeping(from: second).mattermost.secret?.reveal() == second.mattermost.secret?.reveal())
        #expect(second.mattermost.secret?.reveal() != start.mattermost.secret?.reveal())
        // With the buttons back, the third is used.
        #expect(try parse(third).changes(since: none.keeping(from: second)).taken == ["[mattermost] secret"])
    }

    @Test("What a secret's file holds counts, and not its path; the files are read again without the configuration file")
    func files() throws {
        try withFolder { folder in
            let (first, second) = (folder.appending(path: "a").path, folder.appending(path: "b").path)
            for path in [first, second] {
                try "TOKENtokenTOKENtoken123456\n".write(toFile: path, atomically: true, encoding: .utf8)
            }
            let old = try parse(changed("token", to: #"token = "\#(first)""#))
            let moved = try parse(changed("token", to: #"token = "\#(second)""#))
            #expect(moved.changes(since: old) == SettingsChanges(taken: [], waiting: []))

            try "anotherTOKENtoken123456789\n".write(toFile: first, atomically: true, encoding: .utf8)
            let again = try old.readingFilesAgain()
            #expect(again.changes(since: old) == SettingsChanges(taken: ["[mattermost] token"], waiting: []))
            #expect(again.mattermost.token.reveal() == "anotherTOKENtoken123456789")

            try FileManager.default.removeItem(atPath: first)
            let error = #expect(throws: SettingsError.self) { try old.readingFilesAgain() }
            #expect(error.map { "\($0)".contains("[mattermost] token: the file \(first) does not exist") } == true)
        }
    }

    @Test("Neither the settings nor their values print a secret")
    func secrets() throws {
        var text = ""
        dump(try parse(goodLines), to: &text)
        for secret in ["TOKENtoken", "SECRETsecret", "PASSWORDpassword"] { #expect(!text.contains(secret)) }
    }
}
