import CCurl

extension HTTPAnswer {
    /// Stores the header line if the client uses it. A status line removes the headers of an earlier 1xx answer.
    mutating func note(header line: UnsafeRawBufferPointer) {
        if line.starts(with: "HTTP/".utf8) {
            (contentType, retryAfter, location, date) = ("", nil, nil, nil)
            return
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        let value = { Self.trimmed(line[(colon + 1)...]) }
        switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
        case "content-type": contentType = value()
        case "retry-after": retryAfter = value()
        case "location": location = value()
        case "date":
            let seconds = curl_getdate(value(), nil)
            date = seconds > 0 ? seconds : nil
        default: break
        }
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        let isSpace: (UInt8) -> Bool = { $0 <= UInt8(ascii: " ") }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}

extension Duration {
    /// The duration in milliseconds for libcurl: at least 1, because libcurl understands 0 as "no limit", and at most 1,000,000
    /// seconds.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
