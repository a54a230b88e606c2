extension Duration {
    /// The duration in words, to the minute and in at most two units: `30 hours`, `2 days 4 hours`, `45 minutes`.
    package var inWords: String {
        let minutes = (components.seconds + 30) / 60
        let units: [(Int64, String)] =
            minutes < 2880
            ? [(minutes / 60, "hour"), (minutes % 60, "minute")] : [(minutes / 1440, "day"), (minutes % 1440 / 60, "hour")]
        let words = units.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        return words.isEmpty ? "less than a minute" : words.joined(separator: " ")
    }

    /// The age that the duration stands for, in words: `just now`, `2 minutes ago`, `3 days ago`.
    package var agoInWords: String {
        let seconds = components.seconds
        let (count, unit): (Int64, String) =
            switch seconds {
            case ..<10: (0, "")
            case ..<60: (seconds, "second")
            case ..<3600: (seconds / 60, "minute")
            case ..<86400: (seconds / 3600, "hour")
            default: (seconds / 86400, "day")
            }
        return count == 0 ? "just now" : "\(count) \(unit)\(count == 1 ? "" : "s") ago"
    }
}
