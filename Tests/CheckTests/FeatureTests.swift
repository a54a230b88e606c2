import Foundation
import Settings
import TestSupport
import Testing

@testable import Check

@Suite("The table of features and rules")
struct FeatureTests {
    @Test("The guide has each row of the table", arguments: Feature.allCases)
    func guide(feature: Feature) throws {
        let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
        let rows = try String(contentsOf: root.appending(path: "docs/guide.md"), encoding: .utf8).split(separator: "\n")
            .map { $0.filter { $0 != "`" } }
        #expect(rows.contains { $0.hasPrefix("| \(feature.name) | \(feature.needs) |") }, "\(feature.needs)")
    }

    @Test("A row has a mark, the feature and what it needs, as text and as JSON")
    func row() {
        let row = FeatureRow(feature: .trait, isAllowed: true, isUsed: false)
        #expect(row.text == "  ✓ people by user_trait (not configured): user [list, read]\n")
        #expect(
            row.json == #"{"feature":"people by user_trait","needs":"user [list, read]","role":"allowed","configured":false}"#)
        let old = FeatureRow(feature: .monitoringRules, isAllowed: false, isTooNew: true)
        #expect(old.text.hasPrefix("  – access monitoring rules (from Teleport 15 on): "))
        #expect(FeatureRow(feature: .decide, isAllowed: false).text.hasPrefix("  ✗ decisions with"))
        #expect(FeatureRow(feature: .nodes).json.hasSuffix(#""role":"unknown"}"#))
    }
}
