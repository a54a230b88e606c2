package import Access
package import MonitoringRules

/// Looks up in Teleport what monitoring rules ask about a request beyond the request itself.
package struct RuleLookUps: Sendable {
    private let service: any RuleService

    package init(_ service: any RuleService) { self.service = service }

    /// The facts of a request, and the error by which the role may not read the user's traits; the traits are empty then.
    package struct Found: Sendable {
        package var facts: RuleFacts
        package var denial: TeleportError?
    }

    /// Returns the facts of a request. What no rule asks about is not looked up.
    package func facts(of request: AccessRequest, for lookUps: Set<LookUp>) async throws(TeleportError) -> Found {
        var labels: [[String: String]] = []
        var traits: [String: [String]] = [:]
        var denial: TeleportError?
        if lookUps.contains(.labels) {
            // Only resources without constraints have labels here, because Teleport's own plugins see no others.
            labels = try await service.labels(of: request.resources.filter { $0.constraint == nil })
        }
        if lookUps.contains(.traits) {
            do {
                traits = try await service.traits(ofUser: request.user)
            } catch {
                guard error.code == .permissionDenied else { throw error }
                denial = error
            }
        }
        return Found(facts: RuleFacts(request, traits: traits, labels: labels), denial: denial)
    }
}
