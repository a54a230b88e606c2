internal import Base

/// Reads a secret from a file of its own. A secret's value names such a file if it starts with "/".
enum SecretFile {
    private static let limit = 64 << 10

    /// Returns the file's text without the white space around it.
    static func read(_ path: String) throws(SettingFault) -> String {
        let name = "the file \(OneLine.bounded(path, 200))"
        let bytes: [UInt8]
        do {
            bytes = try NamedFile.read(path, limit: limit)
        } catch {
            let mend = error.code == .missing ? "Put the value into the file, or name the file that holds it." : error.mend
            throw SettingFault("\(name) \(error.words)", mend: mend)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingFault("\(name) is not UTF-8 text.", mend: "Is it the right file?")
        }
        let start = text.drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }
        guard let end else { throw SettingFault("\(name) is empty.", mend: "Put the value into it.") }
        return String(start[...end])
    }
}
