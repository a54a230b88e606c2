import ActionCrypto
import Base
import DequeModule
import Synchronization

/// Remembers the proofs of the last minutes, with the answers to their clicks. A proof is valid for one click only, and that
/// click gets one answer.
///
/// ```
///            enter → .first                    `answers` newer proofs
/// (unknown) ────────────────→ with its answer ────────────────────────→ without an answer
///     │                                                                       ↑
///     └─────────────────────────── bind → .bound ─────────────────────────────┘
/// ```
///
/// If a remembered proof comes again with its click, `enter` gives `.repeated` while the answer is kept, and `.forgotten`
/// afterwards. If it comes with another click it is `.stolen`. A proof is dropped, and so unknown again, after `keep`.
package final class SeenProofs: Sendable {
    /// The verdict on a click's proof.
    enum Entry {
        /// The proof was never seen. The caller has to decide on the click and to give the answer.
        case first(Once<ClickAnswer>)
        /// The same click was seen before. Its answer is known, or will be.
        case repeated(Once<ClickAnswer>)
        /// The same click was seen before, and its answer is no longer kept.
        case forgotten
        /// The proof was used for another click.
        case stolen
        /// There were too many proofs of this person, or of all people, within the last minutes.
        case full
    }

    /// The verdict on the proof in a dialog's state.
    enum Binding {
        /// The proof belongs to the click that is decided now, or was never seen. From now on it is valid for nothing else.
        case bound
        case stolen
        case full
    }

    /// The time for which a proof is remembered. This is longer than a proof is valid, which is two minutes before and after
    /// its time.
    package static let keep = Duration.seconds(300)
    /// The time for which a proof is remembered if dialogs are opened. This is longer than the proof in a dialog's state is
    /// valid.
    package static let keepWithDialogs = DialogMaker.lifetime + ProofVerifier.window * 2
    /// The largest number of remembered proofs, of all people together.
    static let limit = 65_536
    /// The number of remembered answers. Only the newest are kept, because they are larger than the proofs.
    static let answers = 1024
    /// The largest number of remembered proofs of one person, so that nobody takes the places of the others. It allows one
    /// click each 1.25 s, or each 3.5 s if dialogs are opened.
    static let perPerson = 240

    private struct Item {
        let click: Digest256
        var answer: Once<ClickAnswer>?
    }

    private struct State {
        var items: ExpiringTable<Digest256, Item>
        /// The proofs whose answers are kept, oldest first.
        var answered: Deque<Digest256> = []
    }

    private let state: Mutex<State>
    private let answers: Int
    private let elapsed: @Sendable () -> Duration

    /// Creates an empty memory.
    /// - Parameter answers: the number of answers that are kept. Only the newest are, because they are larger than the proofs.
    package init(
        limit: Int = SeenProofs.limit, answers: Int = SeenProofs.answers, keep: Duration = SeenProofs.keep,
        elapsed: @escaping @Sendable () -> Duration
    ) {
        state = Mutex(State(items: ExpiringTable(.init(all: limit, perOwner: Self.perPerson, keep: keep))))
        self.answers = answers
        self.elapsed = elapsed
    }

    /// Changes the time for which proofs are remembered, also of those that are remembered already.
    package func keep(for duration: Duration) { state.withLock { $0.items.limits.keep = duration } }

    /// Remembers a click's proof, and judges it by those before it.
    func enter(_ proof: ClickerProof, of click: Digest256) -> Entry {
        let now = elapsed()
        return state.withLock { state in
            expire(&state, now)
            if let item = state.items[proof.identity], !Sabotage.isActive(.proofsForgotten) {
                guard item.click == click else { return .stolen }
                return item.answer.map(Entry.repeated) ?? .forgotten
            }
            let answer = Once<ClickAnswer>()
            guard state.items.add(Item(click: click, answer: answer), for: proof.identity, of: proof.userID, at: now) else {
                return .full
            }
            state.answered.append(proof.identity)
            if state.answered.count > answers, let oldest = state.answered.popFirst() {
                state.items[oldest]?.answer = nil
            }
            return .first(answer)
        }
    }

    /// Judges the proof in a dialog's state, which is the proof of the click that opened the dialog.
    func bind(_ proof: ClickerProof, to click: Digest256) -> Binding {
        let now = elapsed()
        return state.withLock { state in
            expire(&state, now)
            if let item = state.items[proof.identity] { return item.click == click ? .bound : .stolen }
            let isAdded = state.items.add(Item(click: click), for: proof.identity, of: proof.userID, at: now)
            return isAdded ? .bound : .full
        }
    }

    private func expire(_ state: inout State, _ now: Duration) {
        state.items.expire(at: now)
        while let oldest = state.answered.first, state.items[oldest] == nil { state.answered.removeFirst() }
    }
}
