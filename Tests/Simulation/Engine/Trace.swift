/// What happened in a world, a line each: who called whom, what the server did, what came back, what people did.
final class Trace: @unchecked Sendable {
    private(set) var lines: [String] = []
    let isOn: Bool
    private unowned let scheduler: Scheduler

    init(isKept: Bool, _ scheduler: Scheduler) {
        self.isOn = isKept
        self.scheduler = scheduler
    }

    func add(_ who: String, _ what: @autoclosure () -> String) {
        guard isOn else { return }
        let time = scheduler.now.components
        let millis = String(1000 + time.attoseconds / 1_000_000_000_000_000).dropFirst()
        lines.append("\(time.seconds).\(millis) \(who): \(what())")
    }
}
