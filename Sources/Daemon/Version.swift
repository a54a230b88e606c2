/// What this program is.
enum Version {
    static let number = "1.0.0"

    /// As `teleport-mattermost version` prints it.
    static let line = "teleport-mattermost v\(number) git:\(BuildInfo.gitRef) swift\(BuildInfo.swiftVersion)"
}
