import Access
import CoreMetrics
import Testing

@testable import Telemetry

@Suite("Metrics") struct TelemetryTests {
    private static let id = RequestID("305dc2e2-6700-485c-a62a-74712b40900e")
    private static let post = PostReference(channelID: "dpygwdyjubydfne5nshbuea4ga", postID: "7xm1oc4n5ibgxk3p5z9tfdkpmy")

    private func parsed(_ telemetry: Telemetry, _ samples: [Sample] = []) throws -> ExpositionParser {
        try ExpositionParser(telemetry.registry.exposition(samples))
    }

    @Test("Every happening is counted, and counters begin with zero")
    func counted() throws {
        let id = try #require(Self.id)
        let telemetry = Telemetry()
        let before = try parsed(telemetry)
        for (name, labels) in [
            ("posts_total", ["action": "created"]), ("clicks_total", ["outcome": "refused"]),
            ("retries_total", ["cause": "lasting"]),
            ("callback_refusals_total", ["reason": "signature"]), ("handshakes_total", ["result": "failed"]),
            ("requests_total", ["change": "deleted"]), ("callback_requests_total", ["route": "probe"]),
            ("teleport_connections_total", [:]), ("teleport_disconnections_total", [:]),
            ("monitoring_rules_ignored_total", [:]), ("reminders_total", ["about": "request", "result": "failed"]),
            ("reminders_total", ["about": "access_list", "result": "sent"]),
        ] {
            #expect(before.value("teleport_mattermost_" + name, labels) == 0, "\(name)")
        }
        let happenings: [Happening] = [
            .reported(id, .deleted), .posted(id, Self.post, after: .milliseconds(300)), .wrote(.replied, id, Self.post),
            .failed(id, Notice("away"), isLasting: true), .clicked(.refused, id, person: "bob", why: "own_request"),
            .answered(after: .milliseconds(40)), .refusedCallback(.signature), .served(.probe), .handshake(isComplete: false),
            .connected, .disconnected(Notice("closed")), .health(.posting, problem: nil), .ignoredRules(id, Notice("away")),
            .reminded(.request, problem: Notice("away")), .reminded(.accessList, problem: nil),
        ]
        for happening in happenings { telemetry.observe(happening) }
        let after = try parsed(telemetry)
        for (name, labels) in [
            ("posts_total", ["action": "created"]), ("posts_total", ["action": "replied"]),
            ("clicks_total", ["outcome": "refused"]), ("click_refusals_total", ["why": "own_request"]),
            ("retries_total", ["cause": "lasting"]), ("callback_refusals_total", ["reason": "signature"]),
            ("handshakes_total", ["result": "failed"]), ("requests_total", ["change": "deleted"]),
            ("callback_requests_total", ["route": "probe"]), ("teleport_connections_total", [:]),
            ("teleport_disconnections_total", [:]), ("event_to_post_seconds_count", [:]), ("click_answer_seconds_count", [:]),
            ("monitoring_rules_ignored_total", [:]), ("reminders_total", ["about": "request", "result": "failed"]),
            ("reminders_total", ["about": "access_list", "result": "sent"]),
        ] {
            #expect(after.value("teleport_mattermost_" + name, labels) == 1, "\(name)")
        }
        #expect(after.value("teleport_mattermost_reminders_total", ["about": "request", "result": "sent"]) == 0)
        #expect(after.value("teleport_mattermost_event_to_post_seconds_bucket", ["le": "0.25"]) == 0)
        #expect(after.value("teleport_mattermost_event_to_post_seconds_bucket", ["le": "0.5"]) == 1)
        #expect(after.value("teleport_mattermost_event_to_post_seconds_sum") == 0.3)
        // No id and no name of a person becomes a label.
        #expect(!telemetry.registry.exposition([]).contains("bob") && !telemetry.registry.exposition([]).contains(id.rawValue))
    }

    @Test("Every call is measured by its name and its result, and a refusal by the circuit is none")
    func calls() async throws {
        let telemetry = Telemetry()
        let teleport = CallInterceptors<TeleportError>([telemetry.teleportCalls])
        let chat = CallInterceptors<MattermostError>([telemetry.chatCalls])
        _ = try await teleport.run(.read(.requests)) { () async throws(TeleportError) in 1 }
        _ = try? await teleport.run(.decide) { () async throws(TeleportError) in throw TeleportError(.timedOut, "late") }
        for code in [MattermostError.Code.rateLimited(retryAfter: 1), .status(503), .status(418)] {
            _ = try? await chat.run(.createPost) { () async throws(MattermostError) in throw MattermostError(code, "no") }
        }
        let found = try parsed(telemetry)
        func count(_ server: String, _ call: String, _ result: String) -> Double? {
            found.value(
                "teleport_mattermost_upstream_call_seconds_count", ["server": server, "call": call, "result": result])
        }
        #expect(count("teleport", "requests", "ok") == 1)
        #expect(count("teleport", "decide", "timed_out") == 1)
        #expect(count("mattermost", "create_post", "rate_limited") == 1)
        #expect(count("mattermost", "create_post", "server_error") == 1)
        #expect(count("mattermost", "create_post", "client_error") == 1)
        #expect(count("mattermost", "create_post", "ok") == nil)
    }

    @Test("Texts are escaped, numbers are written as Go reads them, and each bound of a bucket holds")
    func format() throws {
        let telemetry = Telemetry()
        let found = try parsed(
            telemetry,
            [
                Sample(.build, "1.0\"", "a\\b\nc", "6", value: 1), Sample(.clockDifference, value: -1.5),
                Sample(.identityExpiry, value: 1_826_782_080), Sample(.logsFailing, value: .infinity),
            ])
        #expect(found.value("teleport_mattermost_build_info", ["version": "1.0\"", "revision": "a\\b\nc", "swift": "6"]) == 1)
        #expect(found.value("teleport_mattermost_mattermost_clock_difference_seconds") == -1.5)
        #expect(found.value("teleport_mattermost_log_files_failing") == .infinity)
        #expect(telemetry.registry.exposition([Sample(.identityExpiry, value: 1_826_782_080)]).contains(" 1826782080\n"))
        let histogram = HistogramCell(bounds: [0.1, 1])
        for nanoseconds: Int64 in [0, 100_000_000, 100_000_001, 1_000_000_000, 2_000_000_000, -5] {
            histogram.recordNanoseconds(nanoseconds)
        }
        #expect(histogram.values == .init(upTo: [3, 5], count: 6, sum: 3.200000001))
    }

    @Test("A metric that is not declared, or has other labels, gets a handler that does nothing, and series are bounded")
    func bounded() throws {
        let registry = MetricRegistry()
        Counter(label: "library_calls_total", dimensions: [], factory: registry).increment()
        Counter(label: MetricDeclaration.posts.name, dimensions: [("user", "bob")], factory: registry).increment()
        #expect(registry.exposition([]) == "")
        for index in 0..<MetricRegistry.seriesLimit + 10 { registry.counter(.clickRefusals, "\(index)").increment() }
        #expect(registry.series(of: .clickRefusals).count == MetricRegistry.seriesLimit)
    }

    @Test("The declarations follow Prometheus' rules for names")
    func names() {
        #expect(Set(MetricDeclaration.all.map(\.name)).count == MetricDeclaration.all.count)
        for metric in MetricDeclaration.all {
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
            #expect(metric.help.hasSuffix(".") && !metric.help.contains("\n"), "\(metric.name)")
            #expect(metric.name.allSatisfy { $0.isASCII && ($0.isLowercase || $0 == "_") }, "\(metric.name)")
            #expect(metric.buckets == metric.buckets.sorted() && metric.buckets.isEmpty == (metric.kind != .histogram))
            if metric.kind == .histogram { #expect(metric.name.hasSuffix("_seconds")) }
        }
    }

    @Test("The figures of the process are those of this process")
    func process() throws {
        let found = try ExpositionParser(MetricRegistry().exposition(ProcessFigures.samples))
        for (name, least) in [
            ("process_cpu_seconds_total", 0.0), ("process_resident_memory_bytes", 1e6), ("process_virtual_memory_bytes", 1e6),
            ("process_open_fds", 3), ("process_max_fds", 16), ("process_start_time_seconds", 1.7e9),
        ] {
            #expect(try #require(found.value(name)) >= least, "\(name)")
        }
    }

    @Test("The last fifty happenings are kept, and only those that an operator wants to see")
    func recent() throws {
        let id = try #require(Self.id)
        let telemetry = Telemetry(now: { Timestamp(milliseconds: 1_700_000_000_000) })
        telemetry.observe(.connected)
        for index in 0..<60 {
            telemetry.observe(.served(.probe))
            telemetry.observe(.clicked(.approved, id, person: "p\(index)", why: nil))
        }
        let kept = telemetry.recent.all
        #expect(kept.count == RecentHappenings.limit && kept.allSatisfy { $0.happening.isNotable })
        #expect(kept.first?.happening.words == "a click on the request \(id) by p10 was an approval")
        #expect(kept.last?.happening.requestID == id && kept.last?.happening.name == "click_approved")
    }
}
