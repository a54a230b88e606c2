import Access
import Base
import Glibc
import Logging
import Mattermost
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Check
@testable import Daemon

@Suite("The messages to systemd", .timeLimit(.minutes(1)))
struct SystemdTests {
    /// The messages of a service, to be awaited one by one.
    private struct Messages {
        fileprivate var stream: AsyncStream<String>.Iterator
        fileprivate(set) var all: [String] = []

        mutating func next() async -> String? {
            let message = await stream.next()
            if let message { all.append(message) }
            return message
        }
    }

    /// Runs the service until `body` returns, then shuts it down. Returns all messages.
    private func run(
        health: Health = Health(), started: Once<Void> = Once(), watchdog: Duration? = nil, clock: TestClock? = nil,
        isAlive: @escaping @Sendable () async -> Bool = { true }, _ body: (inout Messages) async throws -> Void
    ) async throws -> [String] {
        let (stream, feed) = AsyncStream.makeStream(of: String.self)
        var messages = Messages(stream: stream.makeAsyncIterator())
        let service = SystemdService(
            send: { feed.yield($0) }, watchdog: watchdog, started: started, news: health.news(),
            failing: { health.reasons.map(\.part) }, isAlive: isAlive,
            clock: clock ?? TestClock(.lastUntilWoken))
        let group = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: .silent))
        async let running: Void = group.run()
        try await body(&messages)
        await group.triggerGracefulShutdown()
        try await running
        feed.finish()
        while await messages.next() != nil {}
        return messages.all
    }

    @Test("READY comes once the listener listens, STATUS whenever it changes, and STOPPING at the end")
    func sequence() async throws {
        let (health, started) = (Health(), Once<Void>())
        health.set(.mattermost, problem: nil)
        let messages = try await run(health: health, started: started) { messages in
            started.give(())
            #expect(await messages.next() == "READY=1\nSTATUS=Not ready: teleport; the log says why")
            health.set(.teleport, problem: nil)
            #expect(await messages.next() == "STATUS=Ready")
            health.set(.mattermost, problem: nil)
            health.set(.posting, problem: Notice("https://chat.example.com is away\nREADY=1"))
            #expect(await messages.next() == "STATUS=Not ready: posting; the log says why")
        }
        #expect(messages.count == 4 && messages.last == "STOPPING=1\nSTATUS=Stopping")
    }

    @Test("A stop before the start is over is told too")
    func stopped() async throws {
        #expect(try await run { _ in } == ["STOPPING=1\nSTATUS=Stopping"])
    }

    @Test("Signs of life are sent while the work is alive, and no longer")
    func watchdog() async throws {
        let started = Once<Void>()
        started.give(())
        let alive = Mutex(true)
        let (sleeps, feed) = AsyncStream.makeStream(of: Int.self)
        let clock = TestClock(.lastUntilWoken) { count in feed.yield(count) }
        let messages = try await run(
            started: started, watchdog: .seconds(30), clock: clock, isAlive: { alive.withLock { $0 } }
        ) { _ in
            var sleeps = sleeps.makeAsyncIterator()
            _ = await sleeps.next()
            clock.wake()
            _ = await sleeps.next()
            alive.withLock { $0 = false }
            clock.wake()
            _ = await sleeps.next()
        }
        #expect(messages.count { $0 == "WATCHDOG=1" } == 2)
    }

    @Test("Without a watchdog there are no signs of life")
    func noWatchdog() async throws {
        let started = Once<Void>()
        started.give(())
        let messages = try await run(started: started) { messages in _ = await messages.next() }
        #expect(!messages.contains("WATCHDOG=1"))
    }

    @Test("The watchdog's limit holds for the process that it is for")
    func limit() {
        #expect(SystemdWatchdog.limit("30000000", process: nil) == .seconds(30))
        #expect(SystemdWatchdog.limit("30000000", process: "7", own: 7) == .seconds(30))
        #expect(SystemdWatchdog.limit("30000000", process: "8", own: 7) == nil)
        for text in [nil, "", "0", "-1", "1 s"] { #expect(SystemdWatchdog.limit(text, process: nil) == nil) }
    }

    @Test("A message arrives at a socket with a path and at one with an abstract name", arguments: [true, false])
    func socket(isAbstract: Bool) throws {
        let name = "/tmp/notify-\(UInt64.random(in: .min ... .max))"
        let receiver = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer {
            close(receiver)
            unlink(name)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = isAbstract ? [0] + Array(name.utf8) : Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count)
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(receiver, $0, length) }
        }
        try #require(bound == 0)
        try #require(SystemdSocket(isAbstract ? "@\(name)" : name)).send("READY=1")
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "READY=1")
    }

    @Test("Other addresses are no socket, and a socket that nobody reads does no harm")
    func noSocket() throws {
        for text in [nil, "", "/", "@", "vsock:2:1", "run/notify", "/\(String(repeating: "a", count: 107))"] {
            #expect(SystemdSocket(text) == nil)
        }
        try #require(SystemdSocket("/nowhere/at/all")).send("READY=1")
    }

    @Test("The pulse stops when no call has ended for two minutes")
    func pulse() async throws {
        let time = Mutex(Duration.zero)
        let pulse = Pulse(elapsed: { time.withLock { $0 } })
        let calls = CallInterceptors<MattermostError>([PulseInterceptor(pulse: pulse)])
        time.withLock { $0 = .seconds(120) }
        #expect(pulse.isAlive)
        time.withLock { $0 = .seconds(121) }
        #expect(!pulse.isAlive)
        _ = try? await calls.run(.read(.me)) { () async throws(MattermostError) in
            throw MattermostError(.unreachable, "away")
        }
        #expect(pulse.isAlive, "a failed call is a sign of life too")
    }
}
