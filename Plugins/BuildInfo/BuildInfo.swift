import PackagePlugin

/// Writes what was built, and from which commit, into a source file before each build.
@main
struct BuildInfo: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) -> [Command] {
        let output = context.pluginWorkDirectoryURL.appending(path: "Generated")
        let script = context.package.directoryURL.appending(path: "Plugins/BuildInfo/generate.sh")
        return [
            .prebuildCommand(
                displayName: "Reading the commit and the compiler's version",
                executable: .init(filePath: "/bin/sh"),
                arguments: [script.path(), context.package.directoryURL.path(), output.path()],
                outputFilesDirectory: output)
        ]
    }
}
