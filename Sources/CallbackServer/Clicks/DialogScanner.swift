import Access

/// The fields of a dialog submission's body, as the client sent them. None of them is verified.
struct DialogBody: Equatable {
    var state = ""
    var userID = ""
    var channelID = ""
    var isCancelled = false
    var reason = ""
}

/// Reads the known fields of a dialog submission's JSON and skips others. The JSON is Mattermost's `SubmitDialogRequest` in its
/// model/integration_action.go.
enum DialogScanner {
    /// The largest size of a reason in bytes. A reason that is only too long for Teleport's field is refused later, with an
    /// explanation. One over this limit was not written by a person, and makes the body malformed.
    private static let reasonLimit = 16 << 10

    static func scan(_ body: UnsafeRawBufferPointer) throws(MalformedClick) -> DialogBody {
        guard String(validating: body, as: UTF8.self) != nil else { throw MalformedClick(reason: "not UTF-8") }
        var scanner = JSONScanner(body)
        var dialog = DialogBody()
        var fields = KnownFields<Field>()
        try scanner.object { (scanner, key) throws(MalformedClick) in
            switch try fields.recognise(key) {
            case .state: dialog.state = try scanner.string().value(limit: 2048)
            case .userID: dialog.userID = try scanner.string().value(limit: 64)
            case .channelID: dialog.channelID = try scanner.string().value(limit: 64)
            case .cancelled:
                dialog.isCancelled = scanner.peek() != UInt8(ascii: "f")
                try scanner.skip(key)
            case .submission:
                // Mattermost sends null when the person cancels.
                guard scanner.peek() == UInt8(ascii: "{") else { return try scanner.skip(key) }
                dialog.reason = try reason(&scanner)
            case nil: try scanner.skip(key)
            }
        }
        try scanner.expectEnd()
        guard !dialog.state.isEmpty, !dialog.userID.isEmpty else { throw MalformedClick(reason: "no state or user") }
        return dialog
    }

    /// Reads the text of the dialog's only field.
    private static func reason(_ scanner: inout JSONScanner) throws(MalformedClick) -> String {
        var reason = ""
        var fields = KnownFields<SubmissionField>()
        try scanner.object { (scanner, key) throws(MalformedClick) in
            // Mattermost sends null for a field that was left empty.
            guard try fields.recognise(key) != nil, scanner.peek() == UInt8(ascii: "\"") else { return try scanner.skip(key) }
            reason = try scanner.string().value(limit: reasonLimit)
        }
        return reason
    }

    private enum Field: Int, KnownField {
        case state, userID, channelID, cancelled, submission

        static let names: [StaticString] = ["state", "user_id", "channel_id", "cancelled", "submission"]
    }

    private enum SubmissionField: Int, KnownField {
        case reason

        static let names: [StaticString] = ["reason"]
    }
}
