import SwiftProtobuf
import TeleportAPI
import Testing

@testable import Watcher

@Suite("The permissions that a role's rules give")
struct RoleRulesTests {
    struct Row: Sendable {
        var allow: [(resources: [String], verbs: [String], condition: String)]
        var deny: [(resources: [String], verbs: [String])] = []
        var shows: Bool
    }

    static let rows = [
        Row(allow: [(["access_request"], ["list", "read", "update"], "")], shows: true),
        Row(allow: [(["access_request"], ["list"], ""), (["access_request"], ["read"], "")], shows: true),
        Row(allow: [(["*"], ["*"], "")], shows: true),
        Row(allow: [(["access_request"], ["read", "update"], "")], shows: false),
        Row(allow: [(["access_plugin_data"], ["list", "read"], "")], shows: false),
        Row(allow: [(["access_request"], ["list", "read"], "equals(resource.spec.user, \"x\")")], shows: false),
        Row(allow: [(["*"], ["*"], "")], deny: [(["access_request"], ["list"])], shows: false),
        Row(allow: [(["*"], ["*"], "")], deny: [(["*"], ["read"])], shows: false),
        Row(allow: [], shows: false),
    ]

    @Test("Only list and read without a condition and without a denial show all requests", arguments: rows.indices)
    func rules(_ index: Int) {
        let row = Self.rows[index]
        // Each rule is in a role of its own, because a user has the rules of all roles.
        let allowing = row.allow.map { rule in
            Types_RoleV6.with {
                $0.spec.allow.rules = [
                    .with { ($0.resources, $0.verbs, $0.where) = (rule.resources, rule.verbs, rule.condition) }
                ]
            }
        }
        let denying = row.deny.map { rule in
            Types_RoleV6.with { $0.spec.deny.rules = [.with { ($0.resources, $0.verbs) = (rule.resources, rule.verbs) }] }
        }
        #expect(RoleRules(allowing + denying).allow(["list", "read"], on: "access_request") == row.shows)
    }
}
