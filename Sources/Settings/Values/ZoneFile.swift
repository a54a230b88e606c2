internal import Access
internal import Base
internal import Glibc

/// Finds a time zone by its IANA name among the compiled files of the tz database.
struct ZoneFile {
    /// The folder of the tz database: `$TZDIR`, or the one that Linux systems have.
    static var folder: String {
        let named = getenv("TZDIR").map { String(cString: $0) } ?? ""
        return named.isEmpty ? "/usr/share/zoneinfo" : named
    }

    var folder = Self.folder

    /// Returns the clock of a zone. `UTC` needs no file, so that it works where the tz database is not installed.
    func clock(_ name: String) throws(SettingFault) -> ZoneClock {
        guard name != "UTC" else { return .utc }
        guard Self.isName(name) else {
            throw SettingFault("is no name of a time zone.", mend: "Write one such as \"Europe/Berlin\", or \"UTC\".")
        }
        guard access(folder, R_OK | X_OK) == 0 else {
            throw SettingFault(
                "cannot be looked up: there are no time zones in \(OneLine.bounded(folder, 200)).",
                mend: "Install the package tzdata, or write \"UTC\".")
        }
        let path = "\(folder)/\(name)"
        let bytes: [UInt8]
        do {
            bytes = try NamedFile.read(path, limit: TimeZoneRules.largestFile)
        } catch {
            guard access(path, F_OK) == 0 else { throw unknown(name) }
            throw SettingFault("names the file \(OneLine.bounded(path, 300)), which \(error.words)", mend: error.mend)
        }
        do throws(TimeZoneRules.Malformed) {
            return ZoneClock(try TimeZoneRules(bytes))
        } catch {
            throw SettingFault(
                "names the file \(OneLine.bounded(path, 300)), which is no time zone.",
                mend: "Write a name such as \"Europe/Berlin\".")
        }
    }

    /// Returns whether a name consists of letters, digits, `_`, `+` and `-`, with single slashes between them. A path that is
    /// built from such a name never leaves the folder.
    private static func isName(_ name: String) -> Bool {
        guard name.utf8.count <= 64 else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.unicodeScalars.allSatisfy { scalar in
                    switch scalar {
                    case "a"..."z", "A"..."Z", "0"..."9", "_", "+", "-": true
                    default: false
                    }
                }
        }
    }

    private func unknown(_ name: String) -> SettingFault {
        let near = nearest(to: name).map { "Did you mean \"\($0)\"? " } ?? ""
        return SettingFault(
            "is no time zone of this system.",
            mend: "\(near)Names are as in \"Europe/Berlin\"; where one is missing, install the package tzdata.")
    }

    /// Returns the name that is nearest to a misspelt one, from the list that the package tzdata has beside its files.
    private func nearest(to name: String) -> String? {
        guard let bytes = try? NamedFile.read("\(folder)/zone.tab", limit: 128 << 10) else { return nil }
        var names: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            let columns = line.split(separator: "\t")
            guard columns.count > 2, Self.isName(String(columns[2])) else { continue }
            let whole = String(columns[2])
            names[whole.lowercased()] = whole
            // Naming the city without its continent is a common mistake.
            if let city = whole.split(separator: "/").last { names[city.lowercased()] = whole }
        }
        return Spelling.nearest(to: name, among: names.keys.sorted()).flatMap { names[$0] }
    }
}
