import Access
import Base
import Mattermost

/// The result of one step of `check`.
struct CheckStep: Equatable, Sendable {
    enum Status: String, Sendable {
        case ok
        /// The step works, and something about it should be changed.
        case warning
        case failed
        /// The step does not apply to this configuration, or an earlier step that it needs has failed.
        case skipped

        var mark: String {
            switch self {
            case .ok: "✓"
            case .warning: "!"
            case .failed: "✗"
            case .skipped: "–"
            }
        }
    }

    /// The largest number of characters of a detail or a mend. It is limited because a server's text may be part of it.
    private static let limit = 1000

    let name: String
    let status: Status
    let detail: String
    /// The advice what to do about a failure or a warning. Each of them has a mend; no other status has one.
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

    /// Makes a failed step with an error's words and mend. `otherwise` is the mend if the error has none.
    static func failed(_ name: String, _ error: any Error, otherwise mend: String) -> CheckStep {
        CheckStep(name, .failed, error, otherwise: mend)
    }

    static func warning(_ name: String, _ detail: String, mend: String) -> CheckStep {
        CheckStep(name, .warning, detail, mend: mend)
    }

    /// Makes a warning with a notice's words and mend. `otherwise` is the mend if the notice has none.
    static func warning(_ name: String, _ notice: Notice, otherwise mend: String) -> CheckStep {
        CheckStep(name, .warning, notice, otherwise: mend)
    }

    private init(_ name: String, _ status: Status, _ error: any Error, otherwise mend: String) {
        let own = (error as? any OperatorError)?.mend
        self.init(name, status, Self.words(of: error), mend: own.map(Self.sentence) ?? mend)
    }

    /// The words of an error without the full stop at their end.
    static func words(of error: any Error) -> String {
        let words = (error as? any OperatorError)?.words ?? "\(error)"
        return words.hasSuffix(".") ? String(words.dropLast()) : words
    }

    /// Makes the mend begin with a capital letter, because it begins a line here. The name of a setting keeps its spelling.
    private static func sentence(_ mend: String) -> String {
        guard mend.prefix(while: { $0 != " " }).allSatisfy(\.isLetter) else { return mend }
        return mend.prefix(1).uppercased() + mend.dropFirst()
    }

    /// The step as one line; a failure or a warning has its mend on a second line.
    var text: String {
        let line = "\(status.mark) \(name): \(detail)\n"
        return mend.map { line + "    → \($0)\n" } ?? line
    }

    var json: String {
        let fields = [("name", name), ("status", status.rawValue), ("detail", detail)] + (mend.map { [("mend", $0)] } ?? [])
        return "{" + fields.map { "\"\($0)\":\"\(JSONText.escaped($1))\"" }.joined(separator: ",") + "}"
    }
}
