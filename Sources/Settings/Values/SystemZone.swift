package import Access

/// The time zones of this system, by their IANA names.
package enum SystemZone {
    /// Returns the clock of a zone; nil if the system has none of this name.
    package static func clock(_ name: String) -> ZoneClock? { try? ZoneFile().clock(name) }
}
