import ActionCrypto
import Base
import Synchronization

/// The proofs of the last minutes with what was answered to them: a proof is good for one click, and that for one answer.
package final class SeenProofs: Sendable {
    enum Entry {
        /// Never seen: decide, and give the answer.
        case first(Once<ClickAnswer>)
        /// The same click again: its answer comes, or is there.
        case repeated(Once<ClickAnswer>)
        /// The same click again; its answer is no longer kept.
        case forgotten
        /// The proof of another click.
        case stolen
        /// Too many of this person's within the last minutes, or of all to tell.
        case full
    }

    /// The verdict on the proof in a dialog's state.
    enum Binding {
        /// The proof is that of the very click that is decided now, or was never seen: it is good for nothing else from here on.
        case bound
        case stolen
        case full
    }

    /// Above what a proof can be good for: two minutes before and after its time.
    package static let keep = Duration.seconds(300)
    /// Where dialogs are opened: above what the proof in a state is good for.
    package static let keepWithDialogs = DialogMaker.lifetime + ProofVerifier.window * 2
    /// The proofs of all people.
    static let limit = 65_536
    /// The newest answers, which are larger than the proofs.
    static let answers = 1024
    /// In all that time, so that no person can take the places of the others: one click each 1.25 s, or 3.5 s where there are dialogs.
    static let perPerson = 240

    private struct Item {
        let click: Digest256
        let userID: String
        var answer: Once<ClickAnswer>?
    }

    private struct State {
        var items: [Digest256: Item] = [:]
        /// The number of `items` by user id.
        var tally = Counts()
        /// The oldest first.
        var order: [(proof: Digest256, at: Duration)] = []
        /// The index of the first entry of `order` that is not dropped yet.
        var oldest = 0
        /// The index of the first entry of `order` that may still have an answer.
        var oldestAnswer = 0
    }

    private let state = Mutex(State())
    private let limit: Int
    private let answers: Int
    private let keep: Duration
    private let elapsed: @Sendable () -> Duration

    /// - Parameter answers: how many of the newest answers are kept; they are larger than the proofs.
    package init(
        limit: Int = SeenProofs.limit, answers: Int = SeenProofs.answers, keep: Duration = SeenProofs.keep,
        elapsed: @escaping @Sendable () -> Duration
    ) {
        self.limit = limit
        self.answers = answers
        self.keep = keep
        self.elapsed = elapsed
    }

    func enter(_ proof: ClickerProof, of click: Digest256) -> Entry {
        let now = elapsed()
        return state.withLock { state in
            dropOld(&state, now)
            if let item = state.items[proof.identity] {
                guard item.click == click else { return .stolen }
                return item.answer.map(Entry.repeated) ?? .forgotten
            }
            guard state.items.count < limit, state.tally[proof.userID] < Self.perPerson else { return .full }
            let answer = Once<ClickAnswer>()
            Self.add(Item(click: click, userID: proof.userID, answer: answer), proof, &state, now)
            if state.order.count - state.oldestAnswer > answers {
                state.items[state.order[state.oldestAnswer].proof]?.answer = nil
                state.oldestAnswer += 1
            }
            return .first(answer)
        }
    }

    /// Judges a dialog's submission, which comes with the proof of the click that opened the dialog.
    func bind(_ proof: ClickerProof, to click: Digest256) -> Binding {
        let now = elapsed()
        return state.withLock { state in
            dropOld(&state, now)
            if let item = state.items[proof.identity] { return item.click == click ? .bound : .stolen }
            guard state.items.count < limit, state.tally[proof.userID] < Self.perPerson else { return .full }
            Self.add(Item(click: click, userID: proof.userID, answer: nil), proof, &state, now)
            return .bound
        }
    }

    private static func add(_ item: Item, _ proof: ClickerProof, _ state: inout State, _ now: Duration) {
        state.items[proof.identity] = item
        state.tally.add(proof.userID)
        state.order.append((proof.identity, now))
    }

    private func dropOld(_ state: inout State, _ now: Duration) {
        while state.oldest < state.order.count, now - state.order[state.oldest].at > keep {
            if let item = state.items.removeValue(forKey: state.order[state.oldest].proof) {
                state.tally.remove(item.userID)
            }
            state.oldest += 1
        }
        state.oldestAnswer = max(state.oldestAnswer, state.oldest)
        guard state.oldest > 64, state.oldest > state.order.count / 2 else { return }
        state.order.removeFirst(state.oldest)
        state.oldestAnswer -= state.oldest
        state.oldest = 0
    }
}
