package import Access
package import ActionCrypto
package import Logging

/// A click whose context this plugin signed for this channel, or the original plugin for any. It may have expired: a person
/// gets words about that.
package struct VerifiedClick: Sendable {
    package let action: VerifiedAction
    /// As the body says; only ``triggerID`` proves it.
    package let userID: String
    package let userName: String
    package let channelID: String
    package let postID: String
    /// Nil in a direct-message channel.
    package let teamID: String?
    package let triggerID: Secret<String>
    package let remoteAddress: String
}

/// What becomes of a click.
package enum ClickReply: Equatable, Sendable {
    /// The JSON of the 200 that the person sees.
    case answer([UInt8])
    /// Not believed. `words`: the JSON of a 200 for a person who may have done nothing wrong; nil for a forgery, which gets a
    /// 403 with nothing in it. The rest is for the operator's log only.
    case refused(words: [UInt8]?, reason: String, Logger.Metadata)
    /// The JSON of a 200 for a person, which costs the operator's log no line but a place in the count of its source.
    case counted(words: [UInt8])
}

/// What checking a context came to.
package enum Verification: Sendable {
    /// Truly signed, expired or not.
    case genuine(VerifiedAction)
    /// For the operator's log only; the client is not told.
    case refused(reason: String)

    package init(_ result: Result<VerifiedAction, ActionSigner.Refusal>) {
        switch result {
        case .success(let action), .failure(.expired(let action)): self = .genuine(action)
        case .failure(.malformed): self = .refused(reason: "a signed field is missing or malformed")
        case .failure(.unknownKey): self = .refused(reason: "signed with a secret that is none of ours, or by another version")
        case .failure(.badSignature): self = .refused(reason: "the signature does not match")
        case .failure(.legacy):
            self = .refused(reason: "a button of the original plugin; [mattermost] accept_legacy_signatures is false")
        case .failure(.wrongCluster): self = .refused(reason: "signed for another cluster")
        }
    }
}

/// Whether the plugin can do its work, for `/readyz`.
package struct Readiness: Sendable, Equatable {
    /// What is missing, in words for the operator. Empty: ready.
    package var problems: [String]
    /// What a person should see to, though all works.
    package var notes: [String]
    /// For `/metrics`.
    package var gauges: [Gauge]

    package init(problems: [String] = [], notes: [String] = [], gauges: [Gauge] = []) {
        self.problems = problems
        self.notes = notes
        self.gauges = gauges
    }
}
