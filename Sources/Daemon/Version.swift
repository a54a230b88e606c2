/// The program's version, and the line that describes the build.
enum Version {
    static let number = "1.0.0"

    /// The text that `teleport-mattermost version` prints.
    static let line = "teleport-mattermost v\(number) git:\(BuildInfo.gitRef) swift\(BuildInfo.swiftVersion)"
}
