import ActionCrypto
import Foundation

@testable import CallbackServer
@testable import Mattermost

/// Checks that the fields of a click are read as another parser reads them.
func fuzzClicks(_ input: UnsafeRawBufferPointer) {
    guard let click = try? ClickScanner.scan(input), let other = object(input) else { return }
    must(!click.userID.isEmpty && !click.channelID.isEmpty && !click.postID.isEmpty, "an id is empty")
    let pairs: [(String, String)] = [
        (click.userID, "user_id"), (click.userName, "user_name"), (click.channelID, "channel_id"), (click.postID, "post_id"),
        (click.teamID, "team_id"), (click.triggerID, "trigger_id"),
    ]
    for (value, key) in pairs { must(same(value, other[key] as? String), "\(key) is read differently") }
    let context = other["context"] as? [String: Any]
    must(context != nil, "the context is no object")
    for key in ActionContext.Key.allCases {
        must(
            same(click.context[keyPath: key.field], context?[key.rawValue] as? String),
            "\(key.rawValue) is read differently")
    }
}

/// Checks that the fields of a dialog's submission are read as another parser reads them, and that a cancelled dialog never
/// counts as submitted.
func fuzzDialogs(_ input: UnsafeRawBufferPointer) {
    guard let dialog = try? DialogScanner.scan(input), let other = object(input) else { return }
    must(same(dialog.state, other["state"] as? String), "the state is read differently")
    must(same(dialog.userID, other["user_id"] as? String), "the user is read differently")
    must(same(dialog.channelID, other["channel_id"] as? String), "the channel is read differently")
    let submission = other["submission"] as? [String: Any]
    must(same(dialog.reason, submission?["reason"] as? String), "the reason is read differently")
    if !dialog.isCancelled, let cancelled = other["cancelled"] { must(cancelled as? Bool == false, "it was cancelled") }
}

/// Checks that no answer of Mattermost's ends the process.
func fuzzMattermost(_ input: UnsafeRawBufferPointer) {
    let bytes = Array(input)
    _ = try? JSON.decode(UserAnswer.self, from: bytes).user
    _ = try? JSON.decode([UserAnswer].self, from: bytes).map(\.user)
    _ = try? JSON.decode(ChannelAnswer.self, from: bytes).info
    _ = try? JSON.decode(MemberAnswer.self, from: bytes)
    _ = try? JSON.decode(TeamAnswer.self, from: bytes)
    _ = try? JSON.decode(ErrorAnswer.self, from: bytes)
}

/// Returns the JSON object that Foundation reads. The result is nil if Foundation refuses the text, for example because of a
/// number that exceeds a double's range. The scanners do not read numbers, and accept it.
private func object(_ input: UnsafeRawBufferPointer) -> [String: Any]? {
    try? JSONSerialization.jsonObject(with: Data(input)) as? [String: Any]
}
