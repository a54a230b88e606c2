import Testing

@Suite struct StubMattermost {}
