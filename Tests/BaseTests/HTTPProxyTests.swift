import Testing

@testable import Base

@Suite("HTTP proxies")
struct HTTPProxyTests {
    private func proxy(_ text: String) -> String? {
        guard let proxy = try? HTTPProxy(text, source: "x") else { return nil }
        guard let credentials = proxy.credentials else { return "\(proxy)" }
        return "\(proxy) \(credentials.user) \(credentials.password.reveal())"
    }

    @Test("Addresses with and without scheme, port, user and password")
    func parsed() {
        #expect(proxy("http://proxy.example.com:3128") == "proxy.example.com:3128")
        #expect(proxy("HTTP://proxy.example.com:3128/") == "proxy.example.com:3128")
        #expect(proxy("proxy.example.com:3128") == "proxy.example.com:3128")
        #expect(proxy("http://proxy.example.com") == "proxy.example.com:80")
        #expect(proxy("http://[fd00::1]:3128") == "[fd00::1]:3128")
        #expect(proxy("http://user:p%40ss%3a@10.0.0.1:1") == "10.0.0.1:1 user p@ss:")
        #expect(proxy("http://user:a@b@10.0.0.1:1") == "10.0.0.1:1 user a@b")
        #expect(proxy("http://user@10.0.0.1:1") == "10.0.0.1:1 user ")
    }

    @Test(
        "Anything else is refused, and what is said never quotes it",
        arguments: [
            "", "http://", "https://SECRET@proxy:1", "socks5://SECRET:1", "http://a:b:SECRET", "http://SECRET:0",
            "http://SECRET:65536", "http://SECRET:x", "http://SECRET/path", "http://SECRET%zz:x@proxy:1",
            "http://:SECRET@proxy:1",
            "http://SECRET%0a:x@proxy:1", "http://SECRET proxy:1", "http://[SECRET]:1", "http://pröxy:1",
        ])
    func refused(_ text: String) throws {
        let fault = try #require(throws: HTTPProxy.Fault.self) { try HTTPProxy(text, source: "x") }
        #expect(!"\(fault)".contains("SECRET"))
    }

    @Test("A proxy prints neither user nor password")
    func redacted() throws {
        let proxy = try HTTPProxy("http://user:SECRET@proxy:1", source: "x")
        var text = "\(proxy)"
        dump(proxy, to: &text)
        #expect(!text.contains("SECRET"))
    }

    private func environment(_ variables: [String: String]) -> ProxyEnvironment { ProxyEnvironment { variables[$0] } }

    @Test("Small letters go first, and servers without TLS have a variable of their own")
    func variables() throws {
        let both = environment(["https_proxy": "http://small:1", "HTTPS_PROXY": "http://large:1", "HTTP_PROXY": "http://cgi:1"])
        #expect(try both.proxy(forHost: "a.example.com", port: 443)?.host == "small")
        #expect(try both.proxy(forHost: "a.example.com", port: 80, isHTTPS: false) == nil)
        let large = environment(["HTTPS_PROXY": "http://large:1", "http_proxy": "http://plain:1"])
        #expect(try large.proxy(forHost: "a.example.com", port: 443)?.source == "HTTPS_PROXY")
        #expect(try large.proxy(forHost: "a.example.com", port: 80, isHTTPS: false)?.host == "plain")
        #expect(try ProxyEnvironment.none.proxy(forHost: "a.example.com", port: 443) == nil)
    }

    @Test(
        "NO_PROXY names hosts, domains, addresses, ranges and ports",
        arguments: [
            ("chat.example.com", true), ("example.com", true), (".example.com", true), ("*.example.com", true), ("*", true),
            ("CHAT.example.com", true), ("a.b, chat.example.com", true), ("chat.example.com:443", true),
            ("chat.example.com:8443", false), ("ample.com", false), ("other.example.com", false), ("", false), (".", false),
        ])
    func exceptions(_ list: String, isExcepted: Bool) throws {
        let environment = environment(["HTTPS_PROXY": "http://p:1", "NO_PROXY": list])
        #expect(try (environment.proxy(forHost: "chat.example.com", port: 443) == nil) == isExcepted)
    }

    @Test(
        "Addresses are excepted by address and range, and this machine always is",
        arguments: [
            ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.0.0.0/8", true), ("10.1.2.3", "10.1.2.4", false),
            ("10.1.2.3", "2.3", false), ("fd00::1", "fd00::/8", true), ("127.0.0.1", "", true), ("localhost", "", true),
            ("::1", "", true), ("10.1.2.3", "10.9.9.9/8", true), ("fd00::2", "fd00::1/64", true),
            ("fd00::1", "[fd00::1]", true), ("fd00::1", "[fd00::0:1]:443", true), ("fd00::1", "[fd00::1]:8443", false),
            ("fd00::1", "[fd00::2]", false), ("fd00::1", "[fd00::1]443", false), ("10.1.2.3", "10.1.2.3:443", true),
            ("10.1.2.3", "10.1.2.3:8443", false),
        ])
    func addresses(_ host: String, _ list: String, isExcepted: Bool) throws {
        let environment = environment(["HTTPS_PROXY": "http://p:1", "no_proxy": list])
        #expect(try (environment.proxy(forHost: host, port: 443) == nil) == isExcepted)
    }

    @Test("A variable that cannot be used is an error where it is needed, and only there")
    func unusable() throws {
        let environment = environment(["HTTPS_PROXY": "socks5://user:SECRET@p:1", "NO_PROXY": "a.example.com"])
        #expect(try environment.proxy(forHost: "a.example.com", port: 443) == nil)
        let fault = try #require(throws: ProxyEnvironment.Fault.self) {
            try environment.proxy(forHost: "b.example.com", port: 443)
        }
        #expect(fault.words.hasPrefix("HTTPS_PROXY in the environment names a proxy of another kind"))
        #expect(!"\(fault)".contains("SECRET"))
    }
}
