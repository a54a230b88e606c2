/// What the buttons and texts of posts are made with, besides the request itself: the callback's address, the signing key, the
/// templates. Open posts are made anew when it changes, `fingerprint|milliseconds`.
///
/// During a rolling update replicas of two configurations run side by side. The one whose process began last wins, so that
/// each post is made anew once and no two replicas undo each other's work.
package struct Rendering: Equatable, Sendable, CustomStringConvertible {
    /// A digest of the configuration. It tells whether two are the same and nothing else.
    package var fingerprint: String
    /// When the process that made the posts began, by Mattermost's clock.
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

    /// Whether posts made with `other` have to be made anew; nil is a version that did not record it.
    package func replaces(_ other: Rendering?) -> Bool {
        guard let other else { return true }
        return other.fingerprint != fingerprint && other.since < since
    }
}
