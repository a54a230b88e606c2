import Testing

@testable import CallbackServer

@Suite struct ListenAddressTests {
    @Test(
        "The documented forms of an address are parsed",
        arguments: [
            (":8081", nil, 8081), ("127.0.0.1:8081", "127.0.0.1", 8081), ("[::1]:443", "::1", 443),
            ("localhost:0", "localhost", 0),
            ("0.0.0.0:65535", "0.0.0.0", 65535),
        ] as [(String, String?, Int)])
    func forms(text: String, host: String?, port: Int) {
        let address = ListenAddress(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address?.description == text)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "8081", ":", ":x", ":-1", ":65536", ":123456", "::1:80", "[::1", "[::1]", "[]:80", "::1]:80", "a b:80",
            "http://a:80",
            "[a]:80", ":+80", ": 80",
        ])
    func refused(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
