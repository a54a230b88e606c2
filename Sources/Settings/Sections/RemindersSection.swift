package import Access
internal import Base

extension Settings {
    /// `[reminders]`: when people are reminded of requests that nobody has decided, and who else is told of them then.
    package struct Reminders: Equatable, Sendable {
        /// The steps, with that of the key `before_expiry` first.
        package var steps: [ReminderStep] = []
    }
}

extension SettingsSection {
    static let reminders = SettingsSection(
        "reminders", isComment: true, keys: [.reminderBefore], openTables: [.reminderSteps])
}

extension SettingKey {
    static let reminderBefore = SettingKey(
        "reminders.before_expiry", .string(default: nil),
        help: """
            How long before an undecided request expires its posts get one reply that says so, `"10m"`.
            """,
        example: #""10m""#)
}

extension OpenTable {
    static let reminderSteps = OpenTable(
        "reminders.steps", keys: "`after` or `before_expiry`, and `recipients`", isList: true,
        help: """
            A further step for requests that nobody has decided. It is due `after` this time from the request, or this long
            `before_expiry`. It tells further `recipients`, written as in `[mattermost]`, or without them replies to the posts.
            Each step is taken once.
            """,
        examples: [#"after = "15m""#, #"recipients = ["engineering/on-call"]"#])
}

/// The keys of a step.
private enum StepKey: String, CaseIterable {
    case after, recipients
    case beforeExpiry = "before_expiry"
}

extension SettingsReader {
    private static let stepLimit = 20

    /// Reads the section.
    ///
    /// - Parameter always: the recipients of all requests, whom no step need tell.
    mutating func reminders(told always: [Recipient]) -> Settings.Reminders {
        var reminders = Settings.Reminders()
        let before = parsed(.reminderBefore) { (value) throws(SettingFault) in try GoDuration.checked(value) }
        if let before { reminders.steps.append(ReminderStep(.beforeExpiry(before))) }
        let items = text.lists[.reminderSteps] ?? []
        for item in items.prefix(Self.stepLimit) {
            guard let step = step(item, told: always) else { continue }
            let double = reminders.steps.contains { $0.moment == step.moment && $0.isReply == step.isReply }
            if double {
                let what = step.isReply ? "a reply" : "recipients"
                report(
                    item, of: .reminderSteps, "is due at the same time as another step with \(what).",
                    mend: step.isReply ? "Remove one." : "Put all recipients into one step.")
            }
            reminders.steps.append(step)
        }
        if items.count > Self.stepLimit {
            report(
                items[Self.stepLimit], of: .reminderSteps, "is one step too many: \(Self.stepLimit) are the most.",
                mend: "Remove some.")
        }
        return reminders
    }

    private mutating func step(_ item: SettingsText.Item, told always: [Recipient]) -> ReminderStep? {
        var moments: [ReminderStep.Moment] = []
        var recipients: [Recipient]?
        let known = problems.count
        for entry in item.entries {
            switch StepKey(rawValue: entry.name) {
            case .after: if let time = stepTime(entry) { moments.append(.after(time)) }
            case .beforeExpiry: if let time = stepTime(entry) { moments.append(.beforeExpiry(time)) }
            case .recipients: recipients = stepRecipients(entry, told: always)
            case nil:
                let near = Spelling.nearest(to: entry.name, among: StepKey.allCases.map(\.rawValue))
                report(
                    entry, of: .reminderSteps, "is no key of a step.",
                    mend: near.map { "Did you mean \($0)?" } ?? "A step has after or before_expiry, and may have recipients.")
            }
        }
        guard problems.count == known else { return nil }
        guard moments.count == 1 else {
            report(
                item, of: .reminderSteps,
                moments.isEmpty ? "does not say when it is due." : "has both after and before_expiry.",
                mend: moments.isEmpty
                    ? "Write after = \"15m\" or before_expiry = \"10m\"." : "Make it two steps, or remove one of the keys.")
            return nil
        }
        return ReminderStep(moments[0], recipients: recipients ?? [])
    }

    private mutating func stepTime(_ entry: SettingsText.Entry) -> Duration? {
        guard case .string(let value) = entry.value else {
            report(entry, of: .reminderSteps, "is \(entry.value.name), not a string.", mend: "Write it as \"15m\".")
            return nil
        }
        do {
            return try GoDuration.checked(value)
        } catch {
            report(entry, of: .reminderSteps, error)
            return nil
        }
    }

    private mutating func stepRecipients(_ entry: SettingsText.Entry, told always: [Recipient]) -> [Recipient]? {
        guard case .strings(let values) = entry.value else {
            report(
                entry, of: .reminderSteps, "is \(entry.value.name), not an array of strings.",
                mend: "Write recipients = [\"team/channel\"].")
            return nil
        }
        if values.isEmpty {
            report(
                entry, of: .reminderSteps, "names nobody.",
                mend: "Name a recipient, or remove the line for a reply in the threads.")
        }
        var recipients: [Recipient] = []
        for value in values {
            let shown = OneLine.bounded(value, 64)
            if let recipient = Recipient(value) {
                if always.contains(recipient) {
                    report(
                        entry, of: .reminderSteps, "\"\(shown)\" is told of every request at once.",
                        mend: "Remove it here or in [mattermost] recipients.")
                } else if recipients.contains(recipient) {
                    report(entry, of: .reminderSteps, "\"\(shown)\" stands there twice.", mend: "Remove one.")
                }
                recipients.append(recipient)
            } else {
                report(entry, of: .reminderSteps, Self.fault(value))
            }
        }
        return recipients
    }
}
