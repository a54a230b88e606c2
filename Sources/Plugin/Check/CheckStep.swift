import Base
import Mattermost

/// What one look of `check` found.
struct CheckStep: Equatable, Sendable {
    enum Status: String, Sendable {
        case ok
        case failed
        /// Of no use here, or an earlier step failed.
        case skipped

        var mark: String {
            switch self {
            case .ok: "✓"
            case .failed: "✗"
            case .skipped: "–"
            }
        }
    }

    /// Characters of a detail or a mend; a server's words may be in it.
    private static let limit = 1000

    let name: String
    let status: Status
    let detail: String
    /// What to do about it; of every failure and of nothing else.
    let mend: String?

    private init(_ name: String, _ status: Status, _ detail: String, mend: String? = nil) {
        self.name = OneLine.bounded(name)
        self.status = status
        self.detail = OneLine.bounded(detail, Self.limit)
        self.mend = mend.map { OneLine.bounded($0, Self.limit) }
    }

    static func ok(_ name: String, _ detail: String) -> CheckStep { CheckStep(name, .ok, detail) }

    static func skipped(_ name: String, _ why: String) -> CheckStep { CheckStep(name, .skipped, why) }

    static func failed(_ name: String, _ detail: String, mend: String) -> CheckStep {
        CheckStep(name, .failed, detail, mend: mend)
    }

    /// From an error's words, which say what is wrong and then what to do about it. `otherwise`: where they do not.
    static func failed(_ name: String, _ error: any Error, otherwise mend: String) -> CheckStep {
        let parts = Mend.split("\(error)")
        return .failed(name, parts.detail, mend: parts.mend ?? mend)
    }

    /// A line, and for a failure the mend on the next.
    var text: String {
        let line = "\(status.mark) \(name): \(detail)\n"
        return mend.map { line + "    → \($0)\n" } ?? line
    }

    var json: String {
        let fields = [("name", name), ("status", status.rawValue), ("detail", detail)] + (mend.map { [("mend", $0)] } ?? [])
        return "{" + fields.map { "\"\($0)\":\"\(JSONText.escaped($1))\"" }.joined(separator: ",") + "}"
    }
}

/// Takes the words of this program's errors apart.
enum Mend {
    /// After the first sentence, or the first semicolon; what stands in quotes is a server's and not looked at.
    static func split(_ words: String) -> (detail: String, mend: String?) {
        let text = Array(words)
        var isQuoted = false
        var semicolon: Int?
        for index in text.indices {
            if text[index] == "\"" { isQuoted.toggle() }
            guard !isQuoted, index + 2 < text.count, text[index + 1] == " " else { continue }
            if text[index] == ".", text[index + 2].isUppercase {
                return (String(text[..<index]), String(text[(index + 2)...]))
            }
            if text[index] == ";", semicolon == nil { semicolon = index }
        }
        guard let semicolon else { return (words.hasSuffix(".") ? String(words.dropLast()) : words, nil) }
        let mend = String(text[(semicolon + 2)...])
        let isWord = mend.prefix { $0 != " " }.allSatisfy(\.isLetter)
        return (String(text[..<semicolon]), isWord ? mend.prefix(1).uppercased() + mend.dropFirst() : mend)
    }
}
