import Testing

@Suite struct StubWatcher {}
