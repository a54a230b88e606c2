/// All posts, with indices by id, by channel and by thread, so that a lookup does not get slower with thousands of posts.
struct PostTable: Sendable {
    /// The posts that are not deleted, in the order of their creation.
    private(set) var all: [ChatPost] = []
    /// The position of each post in ``all``, by its id.
    private var places: [String: Int] = [:]
    private var channels: [String: ChannelPosts] = [:]
    /// The ids of the replies to a post, oldest first.
    private var replies: [String: [String]] = [:]
    /// The deleted posts, which stay in the database with their times (`SqlPostStore.Delete`).
    private var deleted: [String: ChatPost] = [:]
    /// The recent changes, oldest first, which a replica that lags behind does not have yet.
    private var changes: [Change] = []

    private struct Change: Sendable {
        var at: Int64
        var id: String
        /// The post before the change; nil when the change created it.
        var before: ChatPost?
    }

    /// The time in milliseconds by which the replica of the database lags behind.
    var lag: Int64 = 0

    subscript(id: String) -> ChatPost? { places[id].map { all[$0] } }

    /// The time of creation, for deleted posts too.
    func createAt(of id: String) -> Int64? { (self[id] ?? deleted[id])?.createAt }

    func posts(in channelID: String) -> ChannelPosts { channels[channelID] ?? ChannelPosts() }

    func replies(to rootID: String) -> [ChatPost] { (replies[rootID] ?? []).compactMap { self[$0] } }

    func deletedPosts(in channelID: String) -> [ChatPost] { posts(in: channelID).deleted.compactMap { deleted[$0] } }

    mutating func insert(_ post: ChatPost, at now: Int64) {
        note(post.id, before: nil, at: now)
        put(post)
    }

    mutating func update(_ id: String, at now: Int64, _ change: (inout ChatPost) -> Void) {
        guard let place = places[id] else { return }
        note(id, before: all[place], at: now)
        change(&all[place])
        channels[all[place].channelID]?.isChanged(at: all[place].updateAt)
    }

    mutating func delete(_ id: String, at now: Int64) {
        guard var post = self[id] else { return }
        note(id, before: post, at: now)
        take(id)
        (post.deleteAt, post.updateAt) = (now, now)
        deleted[id] = post
        channels[post.channelID]?.isDeleted(id, true)
        channels[post.channelID]?.isChanged(at: now)
    }

    /// Removes all posts of a channel, including deleted ones (`SqlPostStore.PermanentDeleteByChannel`).
    mutating func purge(channelID: String) {
        for post in all where post.channelID == channelID { replies[post.id] = nil }
        deleted = deleted.filter { $0.value.channelID != channelID }
        all.removeAll { $0.channelID == channelID }
        places = Dictionary(uniqueKeysWithValues: all.indices.map { (all[$0].id, $0) })
        channels[channelID] = nil
        changes.removeAll { $0.before?.channelID == channelID || places[$0.id] == nil }
    }
}

// MARK: - The replica

extension PostTable {
    /// The posts as the replica of the database has them now.
    func seen(at now: Int64) -> PostTable {
        guard let last = changes.last, last.at > now &- lag else { return self }
        var table = self
        let unseen = changes.filter { $0.at > now &- lag }
        for change in unseen.reversed() { table.undo(change) }
        table.changes = []
        for channelID in Set(unseen.compactMap { (self[$0.id] ?? deleted[$0.id] ?? $0.before)?.channelID }) {
            table.datePage(of: channelID)
        }
        return table
    }

    private mutating func note(_ id: String, before: ChatPost?, at now: Int64) {
        guard lag > 0 else { return changes = [] }
        if let first = changes.first, first.at <= now - 2 * lag { changes.removeAll { $0.at <= now - lag } }
        changes.append(Change(at: now, id: id, before: before))
    }

    private mutating func undo(_ change: Change) {
        switch (places[change.id], change.before) {
        case (let place?, let before?): all[place] = before
        case (_?, nil): take(change.id)
        case (nil, let before?):
            deleted[change.id] = nil
            channels[before.channelID]?.isDeleted(change.id, false)
            put(before)
        case (nil, nil): break
        }
    }

    /// Computes the time for the listing's Etag again, without the changes that the replica does not have.
    private mutating func datePage(of channelID: String) {
        let times = posts(in: channelID).keys.compactMap { self[$0.id]?.updateAt } + deletedPosts(in: channelID).map(\.updateAt)
        channels[channelID]?.lastUpdate = times.max() ?? 0
    }
}

// MARK: - Keeping the indices

extension PostTable {
    private mutating func put(_ post: ChatPost) {
        places[post.id] = all.count
        all.append(post)
        channels[post.channelID, default: ChannelPosts()].insert(post)
        if !post.rootID.isEmpty { replies[post.rootID, default: []].append(post.id) }
    }

    /// Removes a post from all indices. All later posts move up, so the cost grows with the number of posts.
    private mutating func take(_ id: String) {
        guard let place = places.removeValue(forKey: id) else { return }
        let post = all.remove(at: place)
        for index in place..<all.count { places[all[index].id] = index }
        channels[post.channelID]?.remove(post)
        replies[post.rootID]?.removeAll { $0 == id }
    }
}

/// The posts of a channel in the order of creation.
struct ChannelPosts: Sendable {
    /// The order of posts. Posts of the same millisecond are ordered by id, as MySQL's index does. The real query does not
    /// specify their order.
    struct Key: Comparable, Sendable {
        var createAt: Int64
        var id: String

        static func < (left: Key, right: Key) -> Bool { (left.createAt, left.id) < (right.createAt, right.id) }
    }

    /// The keys, oldest first.
    private(set) var keys: [Key] = []
    private(set) var deleted: [String] = []
    /// The time of the latest change to any of the posts, including deletions.
    fileprivate(set) var lastUpdate: Int64 = 0

    /// The number of posts that were created before `time`, without those of the same millisecond.
    func count(before time: Int64) -> Int { firstIndex { $0.createAt >= time } }

    /// The number of posts that were created until `time`, including those of the same millisecond.
    func count(until time: Int64) -> Int { firstIndex { $0.createAt > time } }

    private func firstIndex(where fits: (Key) -> Bool) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if fits(keys[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    fileprivate mutating func insert(_ post: ChatPost) {
        let key = Key(createAt: post.createAt, id: post.id)
        keys.insert(key, at: firstIndex { $0 > key })
        isChanged(at: post.updateAt)
    }

    fileprivate mutating func remove(_ post: ChatPost) {
        let key = Key(createAt: post.createAt, id: post.id)
        let index = firstIndex { $0 >= key }
        if index < keys.count, keys[index] == key { keys.remove(at: index) }
    }

    fileprivate mutating func isChanged(at time: Int64) { lastUpdate = max(lastUpdate, time) }

    fileprivate mutating func isDeleted(_ id: String, _ isDeleted: Bool) {
        if isDeleted { deleted.append(id) } else { deleted.removeAll { $0 == id } }
    }
}
