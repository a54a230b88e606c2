import Testing

@Suite struct StubNIOOpenSSL {}
