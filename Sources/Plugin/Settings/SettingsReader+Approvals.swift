extension SettingsReader {
    mutating func approvals() -> Settings.Approving {
        Settings.Approving(requiresClickerProof: flag(.requireClickerProof) ?? true)
    }
}

extension Settings.Approving {
    /// What works but should not stay as it is.
    var warnings: [String] {
        guard !requiresClickerProof else { return [] }
        return [
            """
            [approvals] require_clicker_proof is false: whoever the callback names counts as the person who clicked. Set it to \
            true where Mattermost offers a key, as 5.x and newer do.
            """
        ]
    }
}
