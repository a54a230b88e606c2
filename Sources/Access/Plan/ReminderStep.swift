/// A step of the reminders of a request that nobody has decided: a reply in its threads, or a post to further recipients.
package struct ReminderStep: Hashable, Sendable {
    /// The time at which a step is due.
    package enum Moment: Hashable, Sendable {
        /// This long after the request was made.
        case after(Duration)
        /// This long before the request lapses.
        case beforeExpiry(Duration)
    }

    package var moment: Moment
    /// The recipients who are told of the request when the step is due. If there are none, the step is a reply in the threads.
    package var recipients: [Recipient]

    package init(_ moment: Moment, recipients: [Recipient] = []) {
        self.moment = moment
        self.recipients = recipients
    }

    /// The step's name in the record. It does not depend on the order of the steps in the configuration.
    package var name: String {
        switch moment {
        case .after(let time): "after-\(time.components.seconds)"
        case .beforeExpiry(let time): "\(Self.beforePrefix)\(time.components.seconds)"
        }
    }

    static let beforePrefix = "before-"

    /// Whether the step is a reply in the threads.
    package var isReply: Bool { recipients.isEmpty }

    /// Returns the time at which the step is due for a request. Nil if it is never due: the request lapses before that, its
    /// whole life is no longer than the time before expiry, or the server does not tell the time.
    package func due(for request: AccessRequest) -> Timestamp? {
        switch moment {
        case .after(let time):
            guard request.created.isMoment else { return nil }
            let due = request.created.advanced(by: time)
            return request.expires.map { due < $0 } ?? true ? due : nil
        case .beforeExpiry(let time):
            guard let expires = request.expires, expires.since(request.created) > time else { return nil }
            return expires.advanced(by: .zero - time)
        }
    }
}

/// Tells which steps of the reminders are due. It is pure: whether a reply was made is in the record, and a recipient who was
/// told has a post in it.
package enum ReminderPlan {
    /// Returns the replies that are due and not recorded, in the order in which they became due. The last one stands for all of
    /// them, so that an outage is not followed by several replies at once.
    static func dueReplies(
        _ steps: [ReminderStep], _ request: AccessRequest, _ record: PluginRecord, now: Timestamp
    ) -> [ReminderStep] {
        ordered(steps, request, now: now).filter { $0.due <= now && $0.step.isReply && !record.isReminded(of: $0.step) }
            .map(\.step)
    }

    /// Returns whether a reply is due and not recorded.
    package static func hasDueReply(
        _ steps: [ReminderStep], _ request: AccessRequest, _ record: PluginRecord, now: Timestamp
    ) -> Bool { !dueReplies(steps, request, record, now: now).isEmpty }

    /// Returns the recipients of the steps that are due, each once.
    package static func recipients(_ steps: [ReminderStep], _ request: AccessRequest, now: Timestamp) -> [Recipient] {
        var seen: Set<Recipient> = []
        return ordered(steps, request, now: now).filter { $0.due <= now }.flatMap(\.step.recipients)
            .filter { seen.insert($0).inserted }
    }

    /// Returns the time until the next step is due; nil if there is no further one.
    package static func wait(
        _ steps: [ReminderStep], _ request: AccessRequest, _ record: PluginRecord, now: Timestamp
    ) -> Duration? {
        ordered(steps, request, now: now).first {
            $0.due > now && !($0.step.isReply && record.isReminded(of: $0.step))
        }?.due.since(now)
    }

    /// Returns the steps of a request that can still be decided, by the time at which they are due.
    private static func ordered(
        _ steps: [ReminderStep], _ request: AccessRequest, now: Timestamp
    ) -> [(due: Timestamp, step: ReminderStep)] {
        guard request.state == .pending, request.expires.map({ $0 > now }) ?? true else { return [] }
        let all = steps.compactMap { step in step.due(for: request).map { (due: $0, step: step) } }
        return all.sorted { ($0.due, $0.step.name) < ($1.due, $1.step.name) }
    }
}

extension PluginRecord {
    /// The largest number of steps that are read from a record.
    private static let stepLimit = 100

    /// The names of the steps of the reminders that were taken in the threads.
    var remindedSteps: Set<String> {
        Set(self[Key.reminderSteps].split(separator: ",").prefix(Self.stepLimit).map(String.init))
    }

    /// Returns whether the threads have the reply of a step, or one of a later step that was due at the same time. Older
    /// versions knew one step before the expiry, and recorded only that there was one.
    package func isReminded(of step: ReminderStep) -> Bool {
        let names = remindedSteps
        if names.contains(step.name) { return true }
        guard case .beforeExpiry = step.moment, !self[Key.reminded].isEmpty else { return false }
        return !names.contains { $0.hasPrefix(ReminderStep.beforePrefix) }
    }

    /// Returns the fields that record these steps besides the recorded ones, for this version and for older ones.
    package func fields(reminding steps: [ReminderStep]) -> [String: String] {
        guard !steps.isEmpty else { return [:] }
        var fields = [Key.reminderSteps: remindedSteps.union(steps.map(\.name)).sorted().joined(separator: ",")]
        if steps.contains(where: { if case .beforeExpiry = $0.moment { true } else { false } }) { fields[Key.reminded] = "yes" }
        return fields
    }
}
