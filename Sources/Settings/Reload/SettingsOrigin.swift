import Access

/// The file from which settings were read.
package struct SettingsOrigin: Sendable {
    package let path: String
    /// The file's content. It may contain secrets.
    let bytes: Secret<[UInt8]>
}

extension Settings {
    /// Reads the files again that the settings name, such as those of the token and the secrets. The configuration file itself
    /// is not read: its changes count only when the operator asks for it, because it may be half edited.
    package func readingFilesAgain() throws(SettingsError) -> Settings {
        try Self.parse(origin.bytes.reveal(), path: origin.path, environment: .process)
    }
}
