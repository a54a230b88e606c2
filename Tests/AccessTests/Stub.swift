import Testing

@Suite struct StubAccess {}
