import Testing

@Suite struct StubCallbackServer {}
