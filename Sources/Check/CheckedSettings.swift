import Settings
import Watcher

/// The first step of `check`: reads the configuration file and reports every problem in it.
enum CheckedSettings {
    private static let name = "configuration"

    static func read(_ path: String, _ report: CheckReport) throws(SettingsError) -> (settings: Settings, files: SecretFiles) {
        do {
            let settings = try Settings.load(path)
            let files = SecretFiles(configuration: path, settings.secretSources, files: secretFiles(of: settings))
            report.add(.ok(name, "\(path) has nothing wrong in it"))
            for warning in settings.warnings {
                report.add(.warning(name, warning, otherwise: "See docs/configuration.md for the setting."))
            }
            return (settings, files)
        } catch {
            for problem in error.problems {
                let mend = "Mend the file; `teleport-mattermost configure` prints an example."
                report.add(.failed(name, problem.located(in: path), otherwise: mend))
            }
            throw error
        }
    }

    private static func secretFiles(of settings: Settings) -> [String] {
        var files = [settings.teleport.identity ?? settings.teleport.clientKey]
        if let pair = settings.http.tls { files.append(pair.keyFile) }
        return files
    }
}
