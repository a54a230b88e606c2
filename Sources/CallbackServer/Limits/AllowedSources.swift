/// From where clicks and dialogs are taken: everywhere, unless ranges are named.
package struct AllowedSources: Equatable, Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange] = []) { self.ranges = ranges }

    /// - Parameter origin: nil, which is no address, is nowhere.
    func admit(_ origin: IPAddress?) -> Bool {
        guard !ranges.isEmpty else { return true }
        guard let origin else { return false }
        return ranges.contains { $0.contains(origin) }
    }
}
