/// What a watcher is told.
enum AuthEvent: Equatable, Sendable {
    case put(AuthRequest)
    case delete(String)
}

/// The events that wait for one watcher.
struct WatchQueue: Sendable {
    struct Item: Sendable {
        var event: AuthEvent
        var since: ContinuousClock.Instant
    }

    let filter: RequestFilter
    let items: AsyncThrowingStream<Item, any Error>
    let continuation: AsyncThrowingStream<Item, any Error>.Continuation

    init(filter: RequestFilter) {
        self.filter = filter
        (items, continuation) = AsyncThrowingStream.makeStream()
    }
}

/// Empty and nil fields match everything.
struct RequestFilter: Equatable, Sendable {
    var id = ""
    var user = ""
    var state: AuthRequest.State?

    func matches(_ request: AuthRequest) -> Bool {
        (id.isEmpty || id == request.id) && (user.isEmpty || user == request.user)
            && (state == nil || state == request.state)
    }

    /// Deletions pass whatever the filter says: they carry nothing to be filtered by.
    func matches(_ event: AuthEvent) -> Bool {
        switch event {
        case .put(let request): matches(request)
        case .delete: true
        }
    }
}

extension RequestFilter {
    /// The filter of a watched kind, whose keys are `id`, `user` and `state`; another is refused.
    init(watch fields: [String: String]) throws(AuthRefusal) {
        for (key, value) in fields {
            switch key {
            case "id": id = value
            case "user": user = value
            case "state":
                guard let named = AuthRequest.State.allCases.first(where: { $0.name == value }) else {
                    throw AuthRefusal(.badParameter, "unknown request state: \"\(value)\"")
                }
                state = named
            default: throw AuthRefusal(.badParameter, "unknown filter key \(key)")
            }
        }
    }
}
