import Access
import ActionCrypto
import Synchronization

/// Remembers the dialogs that were submitted within the last minutes, with their reasons. A dialog's state passes through
/// proxies, which may log it. The first reason is therefore bound to the state: somebody who reads a state in such a log can
/// only submit what the person has submitted already.
final class SeenSubmissions: Sendable {
    /// The verdict on a submission.
    enum Entry {
        case taken
        /// The same submission was made before.
        case repeated
        /// The dialog was submitted before with another reason.
        case changed
        /// The submission was repeated too often, or there is no room to remember it.
        case refused
    }

    /// The number of times that a submission may be made, for people who try again while a server is away.
    static let tries = 10
    /// The largest number of remembered dialogs, of all people together.
    static let limit = 16_384
    /// The largest number of remembered dialogs of one person, so that nobody takes the places of the others.
    static let perPerson = 240
    /// The time for which a submission is remembered. This is longer than a dialog's state is valid.
    static let keep = DialogMaker.lifetime + ProofVerifier.window * 2

    private struct Key: Hashable {
        let ticket: Digest256
        let proof: Digest256?
    }

    private struct Item {
        let reason: Digest256
        var tries = 1
    }

    private let state: Mutex<ExpiringTable<Key, Item>>
    private let elapsed: @Sendable () -> Duration

    init(limit: Int = SeenSubmissions.limit, elapsed: @escaping @Sendable () -> Duration) {
        state = Mutex(ExpiringTable(.init(all: limit, perOwner: Self.perPerson, keep: Self.keep)))
        self.elapsed = elapsed
    }

    /// Remembers a submission, and judges it by those before it.
    /// - Parameter proof: the proof of the click that opened the dialog. The proof is part of the key instead of the time at
    ///   which the dialog was issued. Somebody who knows a signing secret could otherwise make up any number of states for one
    ///   proof, and submit another reason with each.
    func enter(_ ticket: DialogTicket, reason: String, proof: ClickerProof? = nil) -> Entry {
        let now = elapsed()
        let moment = proof == nil ? "\(ticket.issued.milliseconds)" : ""
        let name = "\(ticket.requestID) \(ticket.decision.rawValue) \(ticket.userID) \(ticket.postID) \(moment)"
        guard let name = try? Digest256(of: name.utf8), let reason = try? Digest256(of: reason.utf8) else { return .refused }
        let key = Key(ticket: name, proof: proof?.identity)
        return state.withLock { items in
            items.expire(at: now)
            guard let item = items[key] else {
                return items.add(Item(reason: reason), for: key, of: ticket.userID, at: now) ? .taken : .refused
            }
            guard item.reason == reason else { return .changed }
            guard item.tries < Self.tries else { return .refused }
            items[key]?.tries += 1
            return .repeated
        }
    }
}
