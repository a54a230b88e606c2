import Access
import Logging
import MonitoringRules
import Synchronization

/// What the monitoring rules say of a request.
enum RuleVerdict {
    /// No rule names anybody, or the rules are ignored because a look-up for this request failed.
    case nobody
    case named(RuleRecipients)
    /// It is unknown whom the rules name. The request must not go to others in their place.
    case undecided(Notice)
}

extension RuleKeeper {
    /// Returns whom the rules name for a request.
    /// - Throws: the error of a look-up that was not answered, so that it is made again.
    func verdict(on request: AccessRequest) async throws(TeleportError) -> RuleVerdict {
        let book = try await book()
        guard !book.entries.isEmpty, let facts = try await facts(of: request, book) else { return .nobody }
        let outcomes = book.outcomes(for: facts)
        for (entry, outcome) in outcomes {
            switch outcome {
            case .skipped(let fault) where entry.fault == nil:
                logger.warning("\(Self.skipped(entry.rule.name, fault).message)", metadata: .request(request.id))
            case .undecided(let fault): return .undecided(Self.undecided([entry.rule.name], fault))
            case .skipped, .matches, .outsideSchedule, .unmet, .notBoolean: break
            }
        }
        let matching = outcomes.filter { $0.outcome == .matches }.map(\.entry)
        if !matching.isEmpty {
            let names = matching.map { OneLine.bounded($0.rule.name, 64) }.joined(separator: ", ")
            logger.debug("Access monitoring rules match", metadata: .request(request.id, nil, ["rules": "\(names)"]))
        }
        do {
            guard let named = try RuleRecipients(of: matching, request, facts) else { return .nobody }
            warn(ofThoseBeyond: named, Set(matching.flatMap(\.rule.recipients)).count, request)
            return .named(named)
        } catch {
            return .undecided(Self.undecided(matching.map(\.rule.name), error))
        }
    }

    private func warn(ofThoseBeyond named: RuleRecipients, _ count: Int, _ request: AccessRequest) {
        guard count > named.entries.count else { return }
        logger.warning(
            """
            \(count - named.entries.count) recipients of access monitoring rules are not told of the request: at most \
            \(RuleRecipients.limit) are, with names of at most \(RuleRecipients.nameLimit) bytes
            """, metadata: .request(request.id))
    }

    private static func undecided(_ rules: [String], _ fault: RuleFault) -> Notice {
        let names = rules.prefix(3).map { OneLine.bounded($0, 64).debugDescription }.joined(separator: ", ")
        return Notice(
            "It is unknown whether the access monitoring rule \(names) matches the request: \(OneLine.bounded(fault.words)).",
            mend: "Make its condition simpler: tctl edit access_monitoring_rule.")
    }

    private func facts(of request: AccessRequest, _ book: RuleBook) async throws(TeleportError) -> RuleFacts? {
        do {
            let found = try await lookUps.facts(of: request, for: book.lookUps)
            if book.lookUps.contains(.traits) { note(found.denial) }
            return found.facts
        } catch {
            guard ![.unavailable, .timedOut, .cancelled].contains(error.code) else { throw error }
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
