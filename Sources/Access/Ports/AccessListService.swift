/// Teleport's access lists, as the reminders of their reviews see them. Every call is bounded in time.
package protocol AccessListService: Sendable {
    /// The address of Teleport's web UI; nil if it is not known.
    var webAddress: String? { get }

    /// Returns the access lists that are reviewed.
    func accessLists() async throws(TeleportError) -> [AccessList]

    /// Returns the names of the Teleport users who own the list, those of nested lists included where the server tells them.
    func owners(of list: AccessList) async throws(TeleportError) -> [String]

    /// Returns what this plugin has stored with the access list.
    func listData(of name: String) async throws(TeleportError) -> [String: String]

    /// Changes what this plugin has stored with the access list, by compare-and-swap as for requests.
    func updateListData(
        of name: String, setting: [String: String], expecting: [String: String]
    ) async throws(TeleportError)
}
