import Access
import NIOCore

/// A bound listener. Its methods may be called from any thread.
struct RunningListener: Sendable {
    let channel: any Channel
    let listener: NIOLoopBound<Listener>
    let queue: ClickQueue

    /// Stops accepting, and closes every connection: at once if it is idle, after its reply if one is due, and at the end of
    /// `limit` in any case.
    func stop(within limit: TimeAmount) {
        listener.eventLoop.execute {
            channel.close(promise: nil)
            let table = listener.value.table
            table.drain(within: limit) {
                listener.value.writeCounts()
                queue.close()
            }
            if limit == .zero { table.closeAll() }
        }
    }

    /// Sends the reply of a decision to the connection that waits for it. The reply is dropped when the connection is gone.
    func answer(_ reply: ClickReply<[UInt8]>, _ ticket: ReplyTicket) {
        listener.eventLoop.execute { listener.value.table[ticket.connection]?.answer(reply, to: ticket.request) }
    }

    /// Sends a page to the connection that waits for it.
    func answer(_ page: CallbackServer.Page, _ ticket: ReplyTicket) {
        listener.eventLoop.execute { listener.value.table[ticket.connection]?.answer(page, to: ticket.request) }
    }
}
