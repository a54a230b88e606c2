package import Logging

/// The outcome of a click or of a dialog's submission. `Answer` is what the person gets to see: words and a card, or the JSON
/// that carries them in a 200 response.
package enum ClickReply<Answer: Sendable>: Sendable {
    /// The click is answered.
    case answer(Answer)
    /// The callback is not believed. `words` answer a person who may have done nothing wrong; a forgery has none and gets a 403
    /// with an empty body. The reason and the metadata are only for the operator's log.
    case refused(words: Answer?, reason: String, Logger.Metadata)
    /// The click is answered, and is only counted for its source. It adds no line of its own to the operator's log.
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
