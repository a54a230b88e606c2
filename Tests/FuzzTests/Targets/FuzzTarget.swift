/// The parts of the plugin that take bytes from strangers. The raw value is the name of the folder with the target's corpus.
enum FuzzTarget: String, CaseIterable, Sendable {
    case certificates, clicks, conditions, dialogs, http, identity, lines, mattermost, messages, reconciliations, sessions,
        settings
    case signatures, states, tls, toml, triggers

    /// Runs the target. Ends the process when a property that must hold does not.
    func run(_ input: UnsafeRawBufferPointer) {
        switch self {
        case .certificates: fuzzCertificates(input)
        case .clicks: fuzzClicks(input)
        case .conditions: fuzzConditions(input)
        case .dialogs: fuzzDialogs(input)
        case .http: fuzzHTTP(input)
        case .identity: fuzzIdentity(input)
        case .lines: fuzzLines(input)
        case .mattermost: fuzzMattermost(input)
        case .messages: fuzzMessages(input)
        case .reconciliations: fuzzReconciliations(input)
        case .sessions: fuzzSessions(input)
        case .settings: fuzzSettings(input)
        case .signatures: fuzzSignatures(input)
        case .states: fuzzStates(input)
        case .tls: fuzzTLS(input)
        case .toml: fuzzTOML(input)
        case .triggers: fuzzTriggers(input)
        }
    }
}

func must(_ holds: Bool, _ what: @autoclosure () -> String) {
    guard holds else { fatalError(what()) }
}

/// Compares the bytes of two strings. Swift's `==` also regards different bytes as equal if they are canonically equivalent.
func same(_ left: String, _ right: String?) -> Bool { right.map { left.utf8.elementsEqual($0.utf8) } ?? left.isEmpty }
