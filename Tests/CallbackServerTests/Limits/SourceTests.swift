import Base
import Glibc
import NIOCore
import Testing

@testable import CallbackServer

@Suite struct SourceTests {
    @Test(
        "An address range contains the addresses that share its first bits, in either spelling of IPv4, and no others",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"), ("10.0.0.0/8", "::ffff:10.1.2.3", "::10.1.2.3"), ("::1", "::1", "::2"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"), ("fd00::/8", "fdff::1", "fe00::1"),
            ("0.0.0.0/0", "203.0.113.1", "2001:db8::1"),
            ("2001:db8::/64", "2001:db8::ffff:0:0:1", "2001:db8:0:1::1"),
        ])
    func ranges(range: String, inside: String, outside: String) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(try #require(IPAddress(inside))))
        #expect(!range.contains(try #require(IPAddress(outside))))
    }

    @Test(
        "A text that is no range is refused, and so is a range with bits after its prefix",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.1/8", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/ 8",
            "localhost",
            "10.0.0", "fe80::1%eth0", "10.0.0.0\u{0}",
        ])
    func noRange(text: String) { #expect(AddressRange(text) == nil) }

    @Test(
        "The source of a forwarded request is the rightmost address that is no trusted proxy",
        arguments: [
            (["203.0.113.9"], "203.0.113.9"), (["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
            (["6.6.6.6, 203.0.113.9, 10.0.0.2"], "203.0.113.9"), (["6.6.6.6", "203.0.113.9 , 10.0.0.2"], "203.0.113.9"),
            ([], "10.0.0.1"), (["unknown"], "10.0.0.1"), (["203.0.113.9, unknown, 10.0.0.2"], "10.0.0.2"),
            (["203.0.113.9,"], "10.0.0.1"),
            (["203.0.113.9:4711"], "203.0.113.9"), (["[2001:db8::9]:4711"], "2001:db8::9"),
            (["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ])
    func forwarded(lines: [String], source: String) throws {
        let proxies = AddressRanges(["10.0.0.0/8"].compactMap(AddressRange.init))
        let peer = try #require(IPAddress("10.0.0.1"))
        #expect(ForwardedFor.origin(of: peer, lines: lines, trusting: proxies).description == source)
        let stranger = try #require(IPAddress("192.0.2.1"))
        #expect(ForwardedFor.origin(of: stranger, lines: lines, trusting: proxies) == stranger)
    }

    @Test(
        "IPv4 addresses are read as the C library reads them",
        arguments: [
            "0.0.0.0", "255.255.255.255", "10.0.0.1", "1.2.3", "1.2.3.4.", ".1.2.3.4", "1..2.3", "1.2.3.4.5", "256.1.1.1",
            "1.2.3.256",
            "01.2.3.4", "1.2.3.00", "1.2.3.0004", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "1.2.3.-4", "1.2.3.4294967300", "1.2.3.a",
            "", ".", "...",
        ])
    func dotted(text: String) {
        var bytes = [UInt8](repeating: 0, count: 4)
        let expected = inet_pton(AF_INET, text, &bytes) == 1 ? bytes.map(String.init).joined(separator: ".") : nil
        #expect(IPAddress(text)?.description == expected)
    }

    @Test("A bucket gives its burst at once, then one token per refill time")
    func bucket() {
        let rate = Bucket.Rate(burst: 3, refill: .seconds(1))
        let start = NIODeadline.now()
        var bucket = Bucket()
        let atOnce = (0..<5).map { _ in bucket.take(rate, at: start) }
        #expect(atOnce == [true, true, true, false, false])
        let soon = [999, 1000, 1000].map { bucket.take(rate, at: start + .milliseconds($0)) }
        #expect(soon == [false, true, false])
        let later = (0..<4).map { _ in bucket.take(rate, at: start + .hours(1)) }
        #expect(later == [true, true, true, false])
    }

    @Test("Any number of addresses needs bounded memory, and resets no source's limit")
    func manySources() throws {
        var ledger = SourceLedger(limits: CallbackServer.Limits(), places: 16)
        let start = NIODeadline.now()
        let attacker = try #require(IPAddress("192.0.2.1"))
        let (stranger, newcomer) = (try #require(IPAddress("203.0.113.1")), try #require(IPAddress("203.0.113.2")))
        while ledger.charge(attacker, .failedSignature, at: start) {}
        for number in 0..<1000 {
            _ = ledger.charge(IPAddress("198.51.\(number / 250).\(number % 250)"), .failedSignature, at: start)
        }
        let counts = (ledger.count, ledger.charge(attacker, .failedSignature, at: start))
        #expect(counts == (16, false))
        let shared = ledger.charge(stranger, .failedSignature, at: start)
        #expect(!shared)
        let later = ledger.charge(newcomer, .failedSignature, at: start + .minutes(10))
        #expect(later && ledger.count == 16)
    }

    @Test("All of an IPv6 /64 is one source, and every IPv4 address one of its own")
    func sources() throws {
        #expect(IPAddress("2001:db8::1")?.source == IPAddress("2001:db8::ffff:0:0:2")?.source)
        #expect(IPAddress("2001:db8::1")?.source != IPAddress("2001:db8:0:1::1")?.source)
        #expect(IPAddress("192.0.2.1")?.source != IPAddress("192.0.2.2")?.source)
    }

    @Test("Connections leave room for the process's other files")
    func files() {
        #expect(OpenFiles.connections(2048, files: nil) == 2048)
        #expect(OpenFiles.connections(2048, files: 1024) == 480)
        #expect(OpenFiles.connections(2048, files: 20) == 1)
        #expect((OpenFiles.raiseLimit() ?? 0) > 0)
    }
}
