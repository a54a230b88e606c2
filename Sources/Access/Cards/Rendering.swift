/// Identifies the configuration with which posts are made: the callback's address, the signing key, the templates. When it
/// changes, open posts are made anew. In the plugin's record it is written as `fingerprint|milliseconds`.
///
/// During a rolling update, replicas of two configurations run side by side. The replica whose process began last wins, so that
/// each post is made anew once and the replicas do not undo each other's work.
package struct Rendering: Equatable, Sendable, CustomStringConvertible {
    /// A digest of the configuration. It tells only whether two configurations are the same.
    package var fingerprint: String
    /// The time at which the process that made the posts began, by Mattermost's clock.
    package var since: Timestamp

    package init(fingerprint: String, since: Timestamp) {
        self.fingerprint = fingerprint
        self.since = since
    }

    init?(_ text: String) {
        guard let fields = MomentField(text), !fields.name.isEmpty else { return nil }
        self.init(fingerprint: fields.name, since: fields.moment)
    }

    package var description: String { MomentField(name: fingerprint, moment: since).description }

    /// Returns whether posts that were made with `other` have to be made anew. Nil stands for a version that did not record its
    /// configuration.
    package func replaces(_ other: Rendering?) -> Bool {
        guard let other else { return true }
        return other.fingerprint != fingerprint && other.since < since
    }
}
