import Testing

@Suite struct StubSandbox {}
