import Access
import Watcher

extension Happening {
    /// The happening that an event of the watch is for the metrics; nil for a change of rules, which the log tells.
    init?(_ event: WatchEvent) {
        switch event {
        case .connected: self = .connected
        case .changed(let id, .pending): self = .reported(id, .pending)
        case .changed(let id, _): self = .reported(id, .resolved)
        case .deleted(let id): self = .reported(id, .deleted)
        case .rulesChanged: return nil
        case .disconnected(let error): self = .disconnected(error)
        }
    }
}
