/// A gauge of `/metrics`: a number that can increase and decrease.
package struct Gauge: Sendable, Equatable {
    /// The name without its prefix: letters, digits and `_`.
    package var name: StaticString
    /// The description in one line.
    package var help: StaticString
    package var value: Int64

    package init(_ name: StaticString, _ help: StaticString, _ value: Int64) {
        self.name = name
        self.help = help
        self.value = value
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.name.description == right.name.description && left.value == right.value
    }
}

extension Readiness {
    /// The body of `/metrics`, in Prometheus' text format.
    var exposition: [UInt8] {
        let all = [Gauge("ready", "1 when /readyz says so.", problems.isEmpty ? 1 : 0)] + gauges
        return Array(
            all.map { gauge in
                let name = "teleport_mattermost_\(gauge.name)"
                return "# HELP \(name) \(gauge.help)\n# TYPE \(name) gauge\n\(name) \(gauge.value)\n"
            }.joined().utf8)
    }
}
