import Access
import TestSupport
import Testing

@testable import Mattermost

@Suite(.timeLimit(.minutes(1))) struct PageWalkTests {
    /// A channel that returns pages as the server's database does. Posts are ordered by millisecond. Posts of the same
    /// millisecond are in an arbitrary but stable order.
    struct Channel {
        struct Post: Equatable {
            var id: String
            var created: Int64
            var weight = 1
        }

        /// The posts, newest first.
        var posts: [Post]
        /// The creation times by id. Deleted posts are included, because the database keeps their rows.
        var times: [String: Int64] = [:]
        /// The weight of posts above which a page exceeds the limit in bytes.
        var limit = Int.max
        var singleLimit = Int.max
        var calls = 0

        init(times: [Int64]) {
            posts = times.enumerated().map { Post(id: "p\($0.offset)", created: $0.element) }
            posts.sort { $0.created > $1.created }
            self.times = Dictionary(uniqueKeysWithValues: posts.map { ($0.id, $0.created) })
        }

        mutating func add(_ id: String) {
            let post = Post(id: id, created: (posts.first?.created ?? 0) + 1)
            posts.insert(post, at: 0)
            times[id] = post.created
        }

        func page(_ request: PageWalk.Request) -> [Post]? {
            let limitTime = request.before.map { times[$0] ?? .min } ?? .max
            let page = posts.filter { $0.created < limitTime }.dropFirst(request.start).prefix(request.size)
            let weight = page.map(\.weight).reduce(0, +)
            return weight > (request.size <= 2 ? singleLimit : limit) ? nil : Array(page)
        }
    }

    private struct Walked {
        var seen: Set<String> = []
        var skipped = 0
        var isStuck = false
    }

    /// Reads the whole channel. `change` is called before each request but the first.
    private func walk(_ channel: inout Channel, change: (inout Channel) -> Void = { _ in }) -> Walked {
        var (walked, cursor): (Walked, PageCursor?) = (Walked(), nil)
        while channel.calls < 20_000 {
            var walk = PageWalk(cursor)
            channel.calls += 1
            var page = channel.page(walk.request)
            while page == nil, let smaller = walk.smaller {
                walk = smaller
                channel.calls += 1
                page = channel.page(walk.request)
            }
            guard let page else {
                walked.skipped += 1
                cursor = walk.skippingPost
                continue
            }
            walked.seen.formUnion(page.map(\.id))
            let weight = page.map(\.weight).reduce(0, +)
            let rows = page.map { PageCursor.Row(id: $0.id, created: $0.created) }
            switch walk.step(rows, hasOlder: false, canGrow: weight <= channel.limit / 2) {
            case .next(let next): cursor = next
            case .end: return walked
            case .stuck:
                walked.isStuck = true
                return walked
            }
            change(&channel)
        }
        Issue.record("the walk does not end")
        return walked
    }

    @Test(
        "1,000 posts of one millisecond are all read, and the walk ends",
        arguments: [[], [1], [3, 3, 3], [1, 3]] as [[Int64]])
    func oneMillisecond(others: [Int64]) {
        var channel = Channel(times: Array(repeating: 2, count: 1000) + others)
        let walked = walk(&channel)
        #expect(walked.seen.count == 1000 + others.count && !walked.isStuck)
        #expect(channel.calls < 15)
    }

    @Test("Each page of 100 brings almost 100 where milliseconds are shared by few")
    func cost() {
        var channel = Channel(times: (0..<4000).map { Int64($0 / 3) })
        #expect(walk(&channel).seen.count == 4000)
        #expect(channel.calls <= 42)
    }

    @Test("Whatever shares a millisecond and however large the posts are, none is lost", arguments: 0..<80 as Range<UInt64>)
    func random(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = Int.random(in: 0...700, using: &random)
        let span = Int64.random(in: 0...Int64(max(1, count / [1, 2, 50, 300].randomElement(using: &random)!)), using: &random)
        var channel = Channel(times: (0..<count).map { _ in .random(in: 0...span, using: &random) })
        channel.limit = .random(in: 4...400, using: &random)
        channel.singleLimit = channel.limit * 4
        for index in channel.posts.indices where Int.random(in: 0..<20, using: &random) == 0 {
            channel.posts[index].weight = .random(in: 1...channel.limit * 5, using: &random)
        }
        let hidden = channel.posts.filter { $0.weight > channel.singleLimit }.map(\.id)
        let walked = walk(&channel)
        #expect(!walked.isStuck)
        #expect(walked.seen == Set(channel.posts.map(\.id)).subtracting(hidden))
        #expect(walked.skipped >= hidden.count)
    }

    @Test("Posts that come, go and change places while they are read hide no other", arguments: 0..<80 as Range<UInt64>)
    func restless(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let count = Int.random(in: 100...1500, using: &random)
        let span = Int64.random(in: 0...Int64(count / [1, 50, 300].randomElement(using: &random)!), using: &random)
        var channel = Channel(times: (0..<count).map { _ in .random(in: 0...span, using: &random) })
        var standing = Set(channel.posts.map(\.id))
        var made = count
        let pace = Int.random(in: 1...6, using: &random)
        let walked = walk(&channel) { channel in
            guard Int.random(in: 0..<pace, using: &random) == 0, !channel.posts.isEmpty else { return }
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                let gone = channel.posts.indices.randomElement(using: &random)!
                standing.remove(channel.posts[gone].id)
                channel.posts.remove(at: gone)
            case 1:
                channel.add("n\(made)")
                made += 1
            default:
                channel.posts.shuffle(using: &random)
                channel.posts.sort { $0.created > $1.created }
            }
        }
        #expect(walked.isStuck || walked.seen.isSuperset(of: standing))
    }

    @Test("An empty page where posts were known is not the end of the channel")
    func vanished() {
        var cursor = PageCursor(size: 100)
        cursor.before = .init(id: "a", created: 9)
        cursor.offset = 1
        cursor.tail = [.init(id: "b", created: 8)]
        guard case .next(let again) = PageWalk(cursor).step([], hasOlder: false, canGrow: true) else {
            Issue.record("the walk ends")
            return
        }
        #expect(again.before == nil && again.restarts == 1)
    }

    @Test("Posts without a time are passed by their position, and no page begins after one of them")
    func untimed() {
        let walk = PageWalk(nil)
        let rows = (0..<100).map { PageCursor.Row(id: "p\($0)", created: $0 % 2 == 0 ? Int64(1000 - $0) : nil) }
        guard case .next(let next) = walk.step(rows, hasOlder: false, canGrow: true) else {
            Issue.record("the walk ends")
            return
        }
        #expect(next.before == rows[96] && next.offset == 3 && next.tail.map(\.id) == ["p97", "p98", "p99"])
        let none = rows.map { PageCursor.Row(id: $0.id, created: nil) }
        guard case .next(let counted) = walk.step(none, hasOlder: false, canGrow: true) else {
            Issue.record("the walk ends")
            return
        }
        #expect(counted.before == nil && counted.offset == 100 && counted.size == 200)
    }

    @Test("A short page ends the channel, unless the server knows an older post")
    func shortPage() {
        let rows = [PageCursor.Row(id: "a", created: 2), PageCursor.Row(id: "b", created: 1)]
        #expect(PageWalk(nil).step(rows, hasOlder: false, canGrow: true) == .end)
        #expect(PageWalk(nil).step(rows, hasOlder: true, canGrow: true) != .end)
    }
}
