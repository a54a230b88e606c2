import Testing

@testable import Mattermost

@Suite struct ServerURLTests {
    @Test(
        "Equal addresses are normalized to one form",
        arguments: [
            ("https://chat.example.com", "https://chat.example.com"), ("HTTPS://Chat.Example.COM/", "https://chat.example.com"),
            ("http://h:8065//", "http://h:8065"), ("https://host/chat", "https://host/chat"),
            ("https://host/a//b///", "https://host/a/b"), ("https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
            ("http://127.0.0.1:1", "http://127.0.0.1:1"), ("https://h/a%20b", "https://h/a%20b"),
        ])
    func forms(text: String, url: String) throws {
        #expect(try ServerURL(text).description == url)
        #expect(try ServerURL(url) == ServerURL(text))
    }

    @Test("A URL is split into its parts")
    func parts() throws {
        let url = try ServerURL("https://[::1]:8443/chat/")
        #expect((url.scheme, url.host, url.port, url.path) == (.https, "::1", 8443, "/chat"))
        #expect(try ServerURL("http://h").port == nil)
    }

    @Test(
        "A text that is no address of a server is refused",
        arguments: [
            "", "h", "h:80", "://h", "ftp://h", "http:/h", "https://", "https:///x", "https://:80", "https://h:", "https://h:0",
            "https://h:65536", "https://h:+1", "https://h:8 0", "https://u@h", "https://u:p@h", "https://h/?q", "https://h#f",
            "https://h?q", "https://h /", "https://h/a b", "https://h/\r\n", "https://h\u{0}", "https://hö", "https://[::1",
            "https://[]", "https://[h]", "https://[::1]x", "https://h/../api", "https://h/./a", "https://h\\x",
            "https://" + String(repeating: "a", count: 254), "https://h/" + String(repeating: "a", count: 2048),
        ])
    func refused(text: String) { #expect(throws: ServerURL.Problem.self) { try ServerURL(text) } }
}
