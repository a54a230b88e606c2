internal import Access

/// How a channel's posts are read page after page without losing one. Pure: it says what to ask for and what an answer means.
///
/// The server orders posts by their millisecond and leaves the order within one open. `before=ID` leaves out all posts of ID's
/// millisecond (`getPostsAround` in its `store/sqlstore/post_store.go`). So a page begins behind a post that is strictly newer
/// than the oldest millisecond read so far, and that millisecond comes again. While all posts read have one millisecond, pages
/// are counted instead, each overlapping the one before: where posts were deleted or changed places meanwhile, that shows.
///
/// Every page reads at least one post beyond those read before, so a walk ends.
struct PageWalk {
    typealias Row = PageCursor.Row

    /// What the server is asked for: `page` counts from 0.
    struct Request: Equatable {
        var before: String?
        var page = 0
        var size: Int

        /// How many posts behind `before` the page leaves out.
        var start: Int { page * size }
    }

    enum Step: Equatable {
        case next(PageCursor)
        /// The channel's first post was read.
        case end
        /// The server gave what it gave before, or the posts changed each time that they were read.
        case stuck
    }

    /// The usual size, and the server's largest (`PerPageMaximum` in its `web/params.go`), for many posts of one millisecond.
    static let sizes = (usual: 100, largest: 200)
    private static let maxRestarts = 5
    /// Posts kept in mind to notice changes.
    private static let maxTail = 5000

    let cursor: PageCursor
    let request: Request

    init(_ cursor: PageCursor?) {
        self.cursor = cursor ?? PageCursor(size: Self.sizes.usual)
        request = Self.request(self.cursor)
    }

    /// The page that overlaps what was read and goes furthest beyond it. A page starts at a multiple of its size, so the size
    /// is chosen with it.
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

    /// - Parameters:
    ///   - rows: the page's posts in the server's order.
    ///   - hasOlder: whether the server named an older post, even though the page is short.
    ///   - canGrow: whether a page of twice the size would do.
    func step(_ rows: [Row], hasOlder: Bool, canGrow: Bool) -> Step {
        // Known posts that come again, except on a page 0: that one leaves out nothing whatever happened.
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

    /// The same posts with half the size; nil when it is 1 already.
    var smaller: PageWalk? {
        guard request.size > 1 else { return nil }
        var smaller = cursor
        smaller.size = request.size / 2
        return PageWalk(smaller)
    }

    /// Behind a page of one post that cannot be read.
    var behind: PageCursor {
        var next = cursor
        (next.offset, next.tail, next.size) = (request.start + 1, [], 1)
        return next
    }

    /// Whether the known posts came again in their places, and none of them in another one: then another has been passed over.
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

    /// The last post that is newer than the oldest millisecond.
    private static func anchor(in rows: [Row]) -> Int? {
        guard let oldest = rows.compactMap(\.created).min() else { return nil }
        return rows.lastIndex { $0.created.map { $0 > oldest } ?? false }
    }

    private func isOlder(_ row: Row) -> Bool {
        guard let created = row.created, let limit = cursor.before?.created else { return true }
        return created < limit
    }
}
