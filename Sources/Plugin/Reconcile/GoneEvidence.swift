import Access
import Synchronization

/// What shows that a request which the server does not return is really gone, and not hidden by a missing permission.
///
/// A role without `list` gets an empty answer, not an error, so emptiness alone proves nothing (Teleport's
/// `lib/auth/auth_with_roles.go`, `GetAccessRequests`). Any one of these does: the watch told of the deletion; the role has
/// been seen to return requests; the role's own rules let it list and read them all; the server refuses plugin data because
/// there is no such request.
final class GoneEvidence: Sendable {
    private struct State {
        var showsRequests = false
        var deleted: Set<RequestID> = []
    }

    private let state = Mutex(State())

    /// The server returned a request, so the role may list and read.
    func sawRequests() { state.withLock { $0.showsRequests = true } }

    func sawDeletion(of id: RequestID) { state.withLock { _ = $0.deleted.insert(id) } }

    /// Nothing about the request needs remembering any more.
    func forget(_ id: RequestID) { state.withLock { _ = $0.deleted.remove(id) } }

    func proves(_ id: RequestID, with teleport: any AccessService) async throws(TeleportError) -> Bool {
        if state.withLock({ $0.showsRequests || $0.deleted.contains(id) }) { return true }
        if try await teleport.showsAllRequests() { return true }
        do {
            // Deletes a key that is never there. With plugin data left the server writes without looking for the request;
            // with none it must find the request first.
            try await teleport.updatePluginData(of: id, setting: ["probe": ""], expecting: [:])
            return false
        } catch {
            guard error.code == .notFound else { throw error }
            return true
        }
    }
}
