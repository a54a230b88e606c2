package import Logging

/// The outcome of a click or of a dialog's submission. `Answer` is what the person gets to see: words and a card, or the JSON of
/// the 200 that carries them.
package enum ClickReply<Answer: Sendable>: Sendable {
    case answer(Answer)
    /// The callback is not believed. `words` are for a person who may have done nothing wrong; a forgery gets none, and a 403
    /// with an empty body. The rest is for the operator's log only.
    case refused(words: Answer?, reason: String, Logger.Metadata)
    /// An answer that adds no line to the operator's log, but one to the count of its source.
    case counted(words: Answer)

    /// The same reply with its answer in another form.
    package func map<Other>(_ transform: (Answer) -> Other) -> ClickReply<Other> {
        switch self {
        case .answer(let answer): .answer(transform(answer))
        case .refused(let words, let reason, let metadata): .refused(words: words.map(transform), reason: reason, metadata)
        case .counted(let words): .counted(words: transform(words))
        }
    }
}

extension ClickReply: Equatable where Answer: Equatable {}
