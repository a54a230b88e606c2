import Testing

@Suite struct StubCrypto {}
