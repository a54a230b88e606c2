import GRPCCore
import TeleportAPI

extension Link {
    /// The number of rules in one page.
    private static let rulePage: Int64 = 1000
    /// The largest number of pages. It keeps a server that never ends a list from filling the memory.
    private static let rulePages = 20

    /// Lists the access monitoring rules about access requests that name a plugin. The caller has to compare both again, because
    /// a server may not know the filter.
    func monitoringRules(
        subject: String, plugin: String
    ) async throws -> [Teleport_Accessmonitoringrules_V1_AccessMonitoringRule] {
        var request = Teleport_Accessmonitoringrules_V1_ListAccessMonitoringRulesWithFilterRequest()
        (request.pageSize, request.subjects, request.notificationName) = (Self.rulePage, [subject], plugin)
        var found: [Teleport_Accessmonitoringrules_V1_AccessMonitoringRule] = []
        for _ in 0..<Self.rulePages {
            let page = try await rules.listAccessMonitoringRulesWithFilter(request, options: Link.options)
            found += page.rules
            guard !page.nextPageToken.isEmpty, page.nextPageToken != request.pageToken else { return found }
            request.pageToken = page.nextPageToken
        }
        throw RPCError(code: .resourceExhausted, message: "the list has more than \(Self.rulePages) pages")
    }
}
