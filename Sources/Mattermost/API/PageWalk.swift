internal import Access

/// Reads a channel's posts page after page without missing one. It is a pure state machine: it says which page to request, and
/// what an answer means.
///
/// The server orders posts by creation time in milliseconds, and posts of the same millisecond in no particular order. A
/// request with `before=ID` leaves out all posts of ID's millisecond (`getPostsAround` in the server's
/// `store/sqlstore/post_store.go`). So that none is missed, the next page begins behind an anchor: a post that is strictly
/// newer than the oldest millisecond read so far. The posts of that millisecond are read again. While all posts read have the
/// same millisecond there is no anchor. Then page numbers are used, and each page overlaps the one before it, so that it shows
/// when posts were deleted or changed places meanwhile.
///
/// ```
///            full page, an anchor was found: next page before the anchor
///            ┌─────────────────┐
/// start ──▶ page ◀─────────────┘
///            │ ▲ full page of one millisecond: next page number
///            │ └── overlap differs: restart from the anchor, at most 5 times, then .stuck
///            └── short or empty page: .end
/// ```
///
/// Every page reads at least one post more than those before it, so a walk ends.
struct PageWalk {
    typealias Row = PageCursor.Row

    /// The parameters of a request for a page. `page` counts from 0.
    struct Request: Equatable {
        var before: String?
        var page = 0
        var size: Int

        /// The number of posts behind `before` that the request skips.
        var start: Int { page * size }
    }

    enum Step: Equatable {
        case next(PageCursor)
        /// The oldest post of the channel was read.
        case end
        /// The server returned the same posts again, or the posts changed each time that they were read.
        case stuck
    }

    /// The number of posts per page: the usual one, and the server's maximum (`PerPageMaximum` in its `web/params.go`), which
    /// is used if many posts have the same millisecond.
    static let sizes = (usual: 100, largest: 200)
    private static let maxRestarts = 5
    /// The largest number of posts that are remembered to notice changes.
    private static let maxTail = 5000

    let cursor: PageCursor
    let request: Request

    init(_ cursor: PageCursor?) {
        self.cursor = cursor ?? PageCursor(size: Self.sizes.usual)
        request = Self.request(self.cursor)
    }

    /// Chooses the page that overlaps the posts already read and reaches furthest beyond them. A page starts at a multiple of
    /// its size, so number and size are chosen together.
    private static func request(_ cursor: PageCursor) -> Request {
        let (offset, size) = (max(0, cursor.offset), min(max(1, cursor.size), sizes.largest))
        var best = Request(before: cursor.before?.id, page: offset / size, size: size)
        guard offset > 0, size > 1 else { return best }
        var furthest = 0
        for size in stride(from: size, to: size / 2, by: -1) where size > 1 {
            let page = (offset - 1) / size
            let gain = (page + 1) * size - offset
            if gain > furthest { (furthest, best.page, best.size) = (gain, page, size) }
        }
        return best
    }

    /// Returns the next step after a page was read.
    /// - Parameters:
    ///   - rows: the posts of the page in the server's order.
    ///   - hasOlder: whether the server named an older post. If it did, even a short page is not the last.
    ///   - canGrow: whether a page of twice the size would still be within the limit in bytes.
    func step(_ rows: [Row], hasOlder: Bool, canGrow: Bool) -> Step {
        // The number of known posts that the page must contain again. Page 0 skips nothing, so for it the number does not
        // matter.
        let overlap = max(0, cursor.offset - request.start)
        if request.page > 0, !isUnchanged(rows, overlap) { return restart(cursor.before) }
        if rows.isEmpty, request.page == 0, cursor.before != nil { return restart(nil) }
        if rows.isEmpty || (rows.count < request.size && !hasOlder) { return .end }
        let known = (request.page == 0 ? [] : Array(cursor.tail.dropLast(overlap))) + rows
        var next = cursor
        if let index = Self.anchor(in: known) {
            guard isOlder(known[index]) else { return .stuck }
            next.before = known[index]
            next.tail = Array(known[(index + 1)...])
            next.offset = next.tail.count
            next.size = min(Self.sizes.usual, canGrow ? cursor.size * 2 : cursor.size)
        } else {
            let end = request.start + rows.count
            next.offset = end > cursor.offset ? end : request.start + request.size
            next.tail = end > cursor.offset ? known.suffix(Self.maxTail) : []
            next.size = min(Self.sizes.largest, canGrow ? cursor.size * 2 : cursor.size)
        }
        return .next(next)
    }

    /// The same position with half the page size; nil when the size is 1 already.
    var smaller: PageWalk? {
        guard request.size > 1 else { return nil }
        var smaller = cursor
        smaller.size = request.size / 2
        return PageWalk(smaller)
    }

    /// The position after a page of one post that cannot be read.
    var skippingPost: PageCursor {
        var next = cursor
        (next.offset, next.tail, next.size) = (request.start + 1, [], 1)
        return next
    }

    /// Whether the page contains the known posts in their places, and none of them in another place. If one has moved, another
    /// post may have been missed.
    private func isUnchanged(_ rows: [Row], _ overlap: Int) -> Bool {
        let expected = cursor.tail.suffix(overlap).map(\.id)
        guard rows.count >= overlap else { return expected.isEmpty }
        let known = Set(cursor.tail.map(\.id))
        return rows[..<overlap].suffix(expected.count).map(\.id) == expected
            && !rows[overlap...].contains { known.contains($0.id) }
    }

    private func restart(_ before: Row?) -> Step {
        guard cursor.restarts < Self.maxRestarts else { return .stuck }
        var again = PageCursor(size: cursor.size)
        (again.before, again.restarts) = (before, cursor.restarts + 1)
        return .next(again)
    }

    /// The index of the last post that is newer than the oldest millisecond.
    private static func anchor(in rows: [Row]) -> Int? {
        guard let oldest = rows.compactMap(\.created).min() else { return nil }
        return rows.lastIndex { $0.created.map { $0 > oldest } ?? false }
    }

    private func isOlder(_ row: Row) -> Bool {
        guard let created = row.created, let limit = cursor.before?.created else { return true }
        return created < limit
    }
}
