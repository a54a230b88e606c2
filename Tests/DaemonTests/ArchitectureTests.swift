import Foundation
import Testing

/// Checks the source tree against docs/architecture.md.
@Suite("The architecture")
struct ArchitectureTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The targets whose name differs from the name of their folder, by folder.
    private static let names = ["Crypto": "ActionCrypto"]

    /// Returns the Swift files below a folder of the project, as paths from the project's root.
    private static func files(_ folder: String) throws -> [String] {
        let base = root.appending(path: folder)
        let all = try #require(FileManager.default.enumerator(atPath: base.path))
        return all.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func target(of file: String) -> String {
        let folder = String(file.split(separator: "/")[1])
        return names[folder] ?? folder
    }

    /// Returns the modules that the files of each target import, by target.
    private static func imports() throws -> [String: Set<String>] {
        var imports: [String: Set<String>] = [:]
        for file in try files("Sources") {
            for line in try text(file).split(separator: "\n") {
                let words = line.split(separator: " ")
                guard let keyword = words.firstIndex(of: "import"), keyword <= 2, words.count == keyword + 2 else { continue }
                imports[target(of: file), default: []].insert(String(words[keyword + 1]))
            }
        }
        return imports
    }

    @Test("Posts and Clicks import neither one another, nor the listener, nor a server's client")
    func seams() throws {
        let imports = try Self.imports()
        let outside: Set = ["CallbackServer", "Watcher", "Mattermost", "Daemon", "Settings"]
        #expect(imports["Posts"]?.isDisjoint(with: outside.union(["Clicks"])) == true)
        #expect(imports["Clicks"]?.isDisjoint(with: outside.union(["Posts"])) == true)
        #expect(imports["Access"]?.subtracting(["Base", "Logging", "Synchronization"]) == [])
    }

    @Test("The picture has an arrow for every import of one target by another")
    func picture() throws {
        let imports = try Self.imports()
        let arrows = Set(
            try Self.text("docs/architecture.md").split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        let targets = Set(imports.keys)
        for (target, modules) in imports {
            for module in modules where targets.contains(module) {
                #expect(arrows.contains("\(target) --> \(module)"), "Run make picture.")
            }
        }
    }

    @Test("Every file that the document names is there")
    func files() throws {
        let named = try Self.text("docs/architecture.md").matches(of: /`(Sources\/[^` ]+)`/).map { String($0.output.1) }
        #expect(named.count > 20)
        for path in named {
            #expect(FileManager.default.fileExists(atPath: Self.root.appending(path: path).path), "\(path)")
        }
    }

    @Test(
        "No folder has more than twenty files at one level, and no target is more than a fifth of the code",
        arguments: ["Sources", "Tests"])
    func sizes(_ folder: String) throws {
        let files = try Self.files(folder).filter { !$0.contains("TeleportAPI") }
        let folders = Dictionary(grouping: files) { $0.split(separator: "/").dropLast().joined(separator: "/") }
        #expect(folders.filter { $0.value.count > 20 }.map(\.key) == [])
        guard folder == "Sources" else { return }
        var lines: [String: Int] = [:]
        for file in files { lines[Self.target(of: file), default: 0] += try Self.text(file).split(separator: "\n").count }
        let all = lines.values.reduce(0, +)
        #expect(lines.filter { $0.value * 5 > all }.map(\.key) == [])
    }
}
