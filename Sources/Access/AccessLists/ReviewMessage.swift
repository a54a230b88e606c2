/// The message that reminds an owner of the reviews of access lists. The lists' titles are inert in it.
package enum ReviewMessage {
    /// The largest number of lists that a message names.
    private static let limit = 20

    /// - Parameter webAddress: the address of Teleport's web UI; nil if it is not known.
    package static func text(_ lists: [AccessList], webAddress: String?, now: Timestamp, zone: ZoneClock = .utc) -> String {
        let place = link(lists, webAddress).map { "[Review in Teleport](\($0))" } ?? "Please review in Teleport's web UI"
        guard lists.count != 1 else { return "📋 Your review of the access list \(words(lists[0], now, zone)). \(place)." }
        let lines = lists.prefix(limit).map { "- \(words($0, now, zone))" }
        let more = lists.count > limit ? ["- and \(lists.count - limit) more"] : []
        return (["📋 Your reviews of these access lists:"] + lines + more + ["", "\(place)."]).joined(separator: "\n")
    }

    private static func words(_ list: AccessList, _ now: Timestamp, _ zone: ZoneClock) -> String {
        let title = InertText.code(InertText.isBlank(list.title) ? list.name : list.title, limit: 200)
        guard let due = list.nextReview else { return "\(title) is due" }
        return "\(title) \(now < due ? "is due by" : "has been due since") \(zone.minute(due))"
    }

    /// Returns the page of the only list, or the page of all lists.
    private static func link(_ lists: [AccessList], _ webAddress: String?) -> String? {
        guard let webAddress else { return nil }
        let all = "https://\(webAddress)/web/accesslists"
        // A name with other characters could end the link's address.
        guard lists.count == 1, MattermostName.isSlug(lists[0].name) else { return all }
        return "\(all)/\(lists[0].name)#review"
    }
}
