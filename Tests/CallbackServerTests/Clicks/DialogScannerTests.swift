import Testing

@testable import CallbackServer

/// The recorded `callback_dialog_submission.json` of Mattermost 5.37, in the form in which the server sends it.
private let recordedSubmission = #"""
    {"type":"dialog_submission","callback_id":"deny","state":"s","user_id":"xc4bexnho78i3fe6d45jxozfbw",\#
    "channel_id":"dpygwdyjubydfne5nshbuea4ga","team_id":"fi1rjwgkwtn6jpnnsgbgubh8po",\#
    "submission":{"reason":"not now"},"cancelled":false}
    """#

@Suite("A dialog's submission")
struct DialogScannerTests {
    private func scan(_ text: String) throws -> DialogBody {
        try Array(text.utf8).withUnsafeBytes { (bytes) throws(MalformedClick) in try DialogScanner.scan(bytes) }
    }

    @Test("The recorded submission is read")
    func recorded() throws {
        let dialog = try scan(recordedSubmission)
        #expect(
            dialog
                == DialogBody(
                    state: "s", userID: "xc4bexnho78i3fe6d45jxozfbw", channelID: "dpygwdyjubydfne5nshbuea4ga",
                    isCancelled: false,
                    reason: "not now"))
    }

    @Test(
        "An empty field, or the whole submission, may be null or missing; any `cancelled` but false is a cancellation",
        arguments: [
            (#"{"state":"s","user_id":"u","submission":{"reason":null},"cancelled":true}"#, true),
            (#"{"state":"s","user_id":"u","submission":{},"cancelled":false}"#, false),
            (#"{"state":"s","user_id":"u","submission":null,"cancelled":1}"#, true),
        ])
    func empty(text: String, isCancelled: Bool) throws {
        let dialog = try scan(text)
        #expect(dialog.reason.isEmpty && dialog.isCancelled == isCancelled)
    }

    @Test(
        "A submission that is cut off, names a field twice, or has no state or user is refused",
        arguments: [
            "", "{}", #"{"state":"s"}"#, #"{"user_id":"u"}"#, #"{"state":"s","state":"t","user_id":"u"}"#,
            #"{"state":"s","user_id":"u","submission":{"reason":"a","reason":"b"}}"#, #"{"state":1,"user_id":"u"}"#,
            String(recordedSubmission.dropLast()),
        ])
    func refused(text: String) {
        #expect(throws: MalformedClick.self) { try scan(text) }
    }
}
