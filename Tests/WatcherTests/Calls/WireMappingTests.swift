import Access
import SwiftProtobuf
import TeleportAPI
import Testing

@testable import Watcher

@Suite("Records that a server should not send do no harm")
struct WireMappingTests {
    @Test(
        "States of newer servers are kept by number",
        arguments: [
            (0, AccessRequest.State.unknown(0)), (1, .pending), (2, .approved), (3, .denied), (4, .promoted), (5, .unknown(5)),
            (-1, .unknown(-1)),
        ])
    func states(number: Int, state: AccessRequest.State) throws {
        #expect(AccessRequest.State(try #require(Types_RequestState(rawValue: number))) == state)
    }

    @Test(
        "A request without a kind is a short-term one, and kinds of newer servers are kept by number",
        arguments: [(0, AccessRequest.Kind.shortTerm), (1, .shortTerm), (2, .longTerm), (3, .unknown(3)), (-1, .unknown(-1))])
    func kinds(number: Int, kind: AccessRequest.Kind) throws {
        let record = try Types_AccessRequestV3.with {
            $0.metadata.name = "a"
            $0.spec.requestKind = try #require(Types_AccessRequestKind(rawValue: number))
        }
        #expect(try #require(AccessRequest(record)).kind == kind)
    }

    @Test(
        "A name that is no request id gives no request and no event",
        arguments: [
            "", "../../etc/passwd", "a b", String(repeating: "a", count: 65), "id\n",
        ])
    func names(name: String) {
        let record = Types_AccessRequestV3.with { $0.metadata.name = name }
        #expect(AccessRequest(record) == nil)
        #expect(WatchEvent(.with { ($0.type, $0.accessRequest) = (.put, record) }) == nil)
        let header = Types_ResourceHeader.with { ($0.kind, $0.metadata.name) = ("access_request", name) }
        #expect(WatchEvent(.with { ($0.type, $0.resourceHeader) = (.delete, header) }) == nil)
    }

    @Test("Events about other kinds, of unknown operations or without a resource are ignored")
    func events() {
        let header = Types_ResourceHeader.with { ($0.kind, $0.metadata.name) = ("user", "alice") }
        #expect(WatchEvent(.with { ($0.type, $0.resourceHeader) = (.delete, header) }) == nil)
        #expect(WatchEvent(.with { $0.type = .put }) == nil)
        #expect(WatchEvent(.with { $0.type = .UNRECOGNIZED(9) }) == nil)
    }

    @Test(
        "Times out of range are clamped",
        arguments: [
            (Int64.max, Int32.max, Int64(253_402_300_799_999)), (.min, .min, -62_135_596_800_000), (1, -5, 1000),
            (1, 2_000_000_000, 1999), (0, 0, 0),
        ])
    func times(seconds: Int64, nanos: Int32, milliseconds: Int64) {
        let time = Timestamp(Google_Protobuf_Timestamp.with { ($0.seconds, $0.nanos) = (seconds, nanos) })
        #expect(time.milliseconds == milliseconds)
    }

    @Test("A record without a time of expiry has none")
    func endless() throws {
        let record = Types_AccessRequestV3.with { $0.metadata.name = "a" }
        #expect(try #require(AccessRequest(record)).expires == nil)
    }

    @Test(
        "Times that are absent, zero, in Go's year 1 or before the request's creation are read as no time",
        arguments: [0, -62_135_596_800, -1])
    func noTimes(seconds: Int64) throws {
        let none = Google_Protobuf_Timestamp.with { $0.seconds = seconds }
        let record = Types_AccessRequestV3.with {
            $0.metadata.name = "a"
            $0.metadata.expires = none
            $0.spec.created = .with { $0.seconds = 2000 }
            ($0.spec.maxDuration, $0.spec.sessionTtl, $0.spec.assumeStartTime) = (none, none, none)
            $0.spec.expires = .with { $0.seconds = 5000 }
            $0.spec.reviews = [.with { $0.created = none }, .with { $0.created.seconds = 7 }, .with { $0.author = "b" }]
        }
        let request = try #require(AccessRequest(record))
        #expect(request.expires == nil && request.sessionEnds == nil && request.accessStarts == nil)
        #expect(request.accessEnds == Timestamp(milliseconds: 5_000_000))
        #expect(request.reviews.map(\.created) == [nil, Timestamp(milliseconds: 7000), nil])
        var earlier = record
        earlier.spec.expires.seconds = 1999
        earlier.spec.maxDuration = .with { $0.seconds = 1000 }
        #expect(try #require(AccessRequest(earlier)).accessEnds == nil)
        earlier.spec.created = none
        #expect(try !#require(AccessRequest(earlier)).created.isMoment)
    }

    @Test("The start of the access and both lists of resources are read, each resource once and with its constraints")
    func resources() throws {
        func id(_ name: String) -> Types_ResourceID { .with { ($0.clusterName, $0.kind, $0.name) = ("c", "node", name) } }
        var strange = Types_ResourceConstraints()
        // The bytes contain field 12, which only a newer server knows.
        try strange.merge(serializedBytes: [0x0A, 0x02, 0x76, 0x31, 0x62, 0x02, 0x08, 0x01])
        let newer = Types_ResourceConstraints.with { ($0.version, $0.ssh.logins) = ("v2", ["root"]) }
        let record = Types_AccessRequestV3.with {
            $0.metadata.name = "a"
            $0.spec.created = .with { $0.seconds = 2000 }
            $0.spec.assumeStartTime = .with { $0.seconds = 3000 }
            $0.spec.requestedResourceIds = [id("plain"), id("both")]
            $0.spec.requestedResourceAccessIds = [
                .with { $0.id = id("both") },
                .with { ($0.id, $0.constraints) = (id("ssh"), .with { ($0.version, $0.ssh.logins) = ("v1", ["root"]) }) },
                .with { ($0.id, $0.constraints) = (id("aws"), .with { $0.awsConsole.roleArns = ["arn:x"] }) },
                .with { ($0.id, $0.constraints) = (id("strange"), strange) },
                .with { ($0.id, $0.constraints) = (id("newer"), newer) },
                .with { ($0.id, $0.constraints) = (id("empty"), .init()) },
            ]
        }
        let request = try #require(AccessRequest(record))
        #expect(request.accessStarts == Timestamp(milliseconds: 3_000_000))
        #expect(
            request.resources.map(\.description) == [
                "/node/plain", "/node/both", "/node/ssh (logins root)", "/node/aws (as arn:x)", "/node/strange (constrained)",
                "/node/newer (constrained)", "/node/empty (constrained)",
            ])
    }

    @Test("Reviews and thresholds are read, with states, indexes and sums that nobody should send")
    func reviews() throws {
        let record = Types_AccessRequestV3.with {
            $0.metadata.name = "a"
            $0.spec.state = .pending
            $0.spec.thresholds = [.with { ($0.approve, $0.deny) = (.max, 0) }]
            $0.spec.roleThresholdMapping = ["r": .with { $0.sets = [.with { $0.indexes = [0, .max] }] }]
            $0.spec.reviews = [
                .with { ($0.author, $0.submittedBy, $0.reason, $0.proposedState) = ("ana", "p", "why", .approved) },
                .with { ($0.proposedState, $0.thresholdIndexes) = (.UNRECOGNIZED(9), [.max, 0]) },
            ]
        }
        let request = try #require(AccessRequest(record))
        #expect(request.reviews.map(\.author) == ["ana", ""])
        #expect(request.reviews.map(\.submittedBy) == ["p", ""])
        #expect(request.reviews.map(\.proposed) == [.approved, .unknown(9)])
        #expect(request.reviews.last?.thresholds == [Int(UInt32.max), 0])
        #expect(request.thresholds == [ReviewThreshold(approvals: Int(UInt32.max), denials: 0)])
        #expect(request.usedThresholds == [0, Int(UInt32.max)])
        #expect(request.reviewProgress == "1 approval so far")
    }
}

@Suite("The address of the auth service")
struct AuthAddressTests {
    @Test(
        "Host and port",
        arguments: [
            ("auth.example.com:3026", "auth.example.com", 3026), ("auth.example.com", "auth.example.com", 3025),
            ("[::1]:443", "::1", 443), ("[::1]", "::1", 3025), ("fe80::1", "fe80::1", 3025), ("10.0.0.1:1", "10.0.0.1", 1),
        ])
    func parses(text: String, host: String, port: Int) throws {
        let address = try AuthAddress(parsing: text)
        #expect(address.host == host)
        #expect(address.port == port)
    }

    @Test(
        "A text that is no address is refused with the setting's name",
        arguments: [
            "", ":3025", "host:", "host:0", "host:65536", "host:abc", "https://host", "[::1", "[::1]3025", "a b", "user@host",
            "host:+1",
        ])
    func refuses(text: String) {
        let error = #expect(throws: TeleportError.self) { try AuthAddress(parsing: text) }
        #expect(error?.code == .misconfigured)
        #expect(error?.message.hasPrefix("addr ") == true)
    }
}
