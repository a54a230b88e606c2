import Access
import Watcher

extension Happening {
    /// The happening that an event of the watch is for the metrics.
    init(_ event: WatchEvent) {
        self =
            switch event {
            case .connected: .connected
            case .changed(let id, let isResolved): .reported(id, isResolved ? .resolved : .pending)
            case .deleted(let id): .reported(id, .deleted)
            case .disconnected(let error): .disconnected(error)
            }
    }
}
