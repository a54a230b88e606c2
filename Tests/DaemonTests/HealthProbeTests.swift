import CallbackServer
import Testing

@testable import Daemon

@Suite("The addresses that `health` calls")
struct HealthProbeTests {
    @Test(
        "All addresses of the machine are reached over loopback, a single one as it is",
        arguments: [
            (":8081", "127.0.0.1:8081"), ("0.0.0.0:80", "127.0.0.1:80"), ("[::]:8081", "[::1]:8081"),
            ("127.0.0.1:9000", "127.0.0.1:9000"), ("[fd00::1]:8081", "[fd00::1]:8081"), ("name:8081", "name:8081"),
        ])
    func addresses(_ listen: String, _ called: String) throws {
        let urls = HealthProbe(address: try #require(ListenAddress(listen))).urls("/healthz")
        #expect(urls.https == "https://\(called)/healthz")
        #expect(urls.http == "http://\(called)/healthz")
    }
}
