/// A field of the record that holds a name and a moment: `name|milliseconds`.
struct MomentField: CustomStringConvertible {
    var name: String
    var moment: Timestamp

    init(name: String, moment: Timestamp) {
        self.name = name
        self.moment = moment
    }

    /// Nil if the text has another form.
    init?(_ text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 2, let moment = Int64(parts[1]) else { return nil }
        self.init(name: String(parts[0]), moment: Timestamp(milliseconds: moment))
    }

    var description: String { "\(name)|\(moment.milliseconds)" }
}
