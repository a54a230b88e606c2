import Testing

@Suite struct StubEndToEnd {}
