/// Something that happened in the plugin, as the metrics count it and the command `status` lists it.
///
/// Whoever reports happenings has a function of the type ``Observe``. It may be called on the way of a click, so it neither
/// blocks nor waits.
package enum Happening: Sendable {
    package typealias Observe = @Sendable (Happening) -> Void

    /// The state of a request, as the watch on Teleport reports it.
    package enum Report: String, CaseIterable, Sendable {
        case pending, resolved, deleted
    }

    /// A write to Mattermost that succeeded.
    package enum PostAction: String, CaseIterable, Sendable {
        case created, updated, replied, removed
    }

    /// What a reminder is about.
    package enum Reminder: String, CaseIterable, Sendable {
        /// A request that nobody has decided. The reminder is a reply in the thread of a post.
        case request
        /// The reviews of access lists. The reminder is a direct message to an owner.
        case accessList = "access_list"
    }

    /// The kind of a request to the callback's port.
    package enum Route: String, CaseIterable, Sendable {
        case click, dialog, probe, other
    }

    // Requests and their posts
    case reported(RequestID, Report)
    /// A post was made. `after` is the time since the request was due; nil if that is not known.
    case posted(RequestID, PostReference, after: Duration?)
    /// A post was changed or removed, or a reply was added to its thread.
    case wrote(PostAction, RequestID, PostReference)
    /// A sweep compared this many requests with their records.
    case swept(Int)
    /// A request could not be brought up to date, and is tried again.
    case failed(RequestID, any OperatorError, isLasting: Bool)
    /// The monitoring rules were ignored for a request, because a look-up for them failed.
    case ignoredRules(RequestID, any OperatorError)
    /// A reminder was sent, or could not be sent.
    case reminded(Reminder, problem: (any OperatorError)?)

    // Clicks
    /// A click or a dialog was decided or refused. `person` is the user name, and `why` the reason of a refusal from a fixed
    /// set of words.
    case clicked(ClickOutcome, RequestID, person: String?, why: String?)
    /// A person got an answer this long after the click was verified.
    case answered(after: Duration)
    case refusedCallback(CallbackRefusal)

    // Connections
    /// A request to the callback's port was read to its end.
    case served(Route)
    /// A TLS handshake of the callback's port ended.
    case handshake(isComplete: Bool)
    /// The watch on Teleport began.
    case connected
    case disconnected(any OperatorError)
    /// A part of the plugin's work began to fail, or is well again.
    case health(Health.Part, problem: (any OperatorError)?)

    /// Takes no notice of happenings.
    package static let unobserved: Observe = { _ in }
}

/// The outcome of a click or of a dialog. The raw value is its name in the audit.
package enum ClickOutcome: String, CaseIterable, Sendable {
    case approved, denied, withdrawn, reviewed, refused, unconfirmed
}

/// The reason for which a request to the callback's port was refused.
package enum CallbackRefusal: String, CaseIterable, Sendable {
    /// `allowed_sources` does not name the address.
    case source
    /// The user or password of `basic_auth` is wrong or missing.
    case password
    /// The body is not what Mattermost sends.
    case malformed
    /// The plugin did not sign the context or the state, or signed it for something else.
    case signature
    /// It is not proven who clicked.
    case proof
    /// A dialog came too late, or there were too many.
    case dialog
    /// No more can be decided at once.
    case busy
    /// The source has sent too many requests that had no effect.
    case rate
    /// The path, the method, the length or the type is wrong.
    case request
}
