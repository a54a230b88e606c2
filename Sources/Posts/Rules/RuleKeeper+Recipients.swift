import Access
import Logging
import MonitoringRules
import Synchronization

extension RuleKeeper {
    /// Returns the recipients that the rules name for a request; nil if no rule does, or if the rules are ignored because a
    /// look-up for this request failed.
    /// - Throws: the error of a look-up that failed because there was no connection, so that it is made again.
    func recipients(of request: AccessRequest) async throws(TeleportError) -> RuleRecipients? {
        let book = try await book()
        guard !book.entries.isEmpty, let facts = try await facts(of: request, book) else { return nil }
        let outcomes = book.outcomes(for: facts)
        for (entry, outcome) in outcomes {
            guard case .skipped(let fault) = outcome, entry.fault == nil else { continue }
            logger.warning("\(Self.skipped(entry.rule.name, fault).message)", metadata: .request(request.id))
        }
        let matching = outcomes.filter { $0.outcome == .matches }.map(\.entry)
        if !matching.isEmpty {
            let names = matching.map { OneLine.bounded($0.rule.name, 64) }.joined(separator: ", ")
            logger.debug("Access monitoring rules match", metadata: .request(request.id, nil, ["rules": "\(names)"]))
        }
        return RuleRecipients(of: matching, request, facts)
    }

    private func facts(of request: AccessRequest, _ book: RuleBook) async throws(TeleportError) -> RuleFacts? {
        do {
            let found = try await lookUps.facts(of: request, for: book.lookUps)
            if book.lookUps.contains(.traits) { note(found.denial) }
            return found.facts
        } catch {
            guard error.code != .unavailable, error.code != .cancelled else { throw error }
            logger.warning(
                "The access monitoring rules are ignored for a request, because a look-up for them failed: \(error.message)",
                metadata: .request(request.id))
            observe(.ignoredRules(request.id, error))
            return nil
        }
    }

    /// Notes whether the role may read users' traits.
    private func note(_ denial: TeleportError?) {
        let isNews = state.withLock { state in
            guard let denial else { return state.denial.clear() }
            return state.denial.isNews(denial)
        }
        guard isNews else { return }
        if let denial {
            logger.warning("Users' traits cannot be read, so monitoring rules take them for empty: \(denial.message)")
        }
        showHealth()
    }
}
