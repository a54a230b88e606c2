import Foundation

/// The parts of the plugin's configuration that change during a run. All replicas have the same, except while they are being
/// changed.
struct Setup: Sendable {
    static let channel = "access-requests", secondChannel = "second-requests"
    private static let channelLine = #"channel = "access-requests""#
    private static let secretLine = #"secret = "a secret of the tests alone""#

    var hasSecondChannel = false
    var secretNumber = 0
    /// Whether buttons that were signed with the previous secret are still accepted.
    var keepsPrevious = true
    var host = "localhost"

    /// The channels that a new request is posted to.
    var channels: Set<String> { hasSecondChannel ? [Self.channel, Self.secondChannel] : [Self.channel] }

    /// Returns the next configuration, chosen by a pick of the plan.
    func next(_ pick: Int) -> Setup {
        var next = self
        switch pick % 4 {
        case 0, 1: next.hasSecondChannel.toggle()
        case 2:
            next.secretNumber += 1
            next.keepsPrevious = pick / 4 % 2 == 0
        default: next.host = host == "localhost" ? "127.0.0.1" : "localhost"
        }
        return next
    }

    /// Whether buttons that were made with the old configuration are refused with this one.
    func losesButtons(of old: Setup) -> Bool { secretNumber != old.secretNumber && !keepsPrevious }

    /// Returns the text of a configuration file changed to this setup. The text is one that
    /// ``Stage/writeConfiguration(to:listenPort:authPort:chatPort:)`` wrote.
    func applied(to text: String) -> String {
        var lines = [secret(secretNumber)]
        if secretNumber > 0, keepsPrevious {
            lines.append(#"previous_secrets = ["\#(name(secretNumber - 1))"]"#)
        }
        var text = text.replacing(Self.secretLine, with: lines.joined(separator: "\n"))
            .replacing(#"public_addr = "https://localhost:"#, with: #"public_addr = "https://\#(host):"#)
        if hasSecondChannel {
            text = text.replacing(
                Self.channelLine, with: Self.channelLine + "\n" + #"recipients = ["acme/\#(Self.secondChannel)"]"#)
        }
        return text
    }

    private func secret(_ number: Int) -> String { #"secret = "\#(name(number))""# }

    private func name(_ number: Int) -> String {
        number == 0 ? "a secret of the tests alone" : "secret number \(number) of the tests"
    }
}
