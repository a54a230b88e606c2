import Testing

@Suite struct StubPlugin {}
