extension String {
    /// Whether all bytes of the text's UTF-8 are of a kind.
    @inlinable
    package func hasOnly(_ isOfKind: (UInt8) -> Bool) -> Bool {
        var text = self
        return text.withUTF8 { $0.allSatisfy(isOfKind) }
    }
}
