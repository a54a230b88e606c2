import Access
import Synchronization
import Testing

@testable import Mattermost

/// Records each call and whether it succeeded. With a `refusal` it refuses all calls instead.
private final class Recorder: CallInterceptor {
    struct Seen: Equatable {
        var call: ServerCall
        var failure: MattermostError.Code?
    }

    private let state = Mutex<[Seen]>([])
    private let refusal: MattermostError?

    init(refusal: MattermostError? = nil) { self.refusal = refusal }

    var seen: [Seen] { state.withLock { $0 } }

    func intercept<Answer>(
        _ call: ServerCall, _ next: () async throws(MattermostError) -> Answer
    ) async throws(MattermostError) -> Answer {
        if let refusal { throw refusal }
        do {
            let answer = try await next()
            state.withLock { $0.append(Seen(call: call)) }
            return answer
        } catch {
            state.withLock { $0.append(Seen(call: call, failure: error.code)) }
            throw error
        }
    }
}

@Suite("Interceptors of calls to Mattermost", .timeLimit(.minutes(1)))
struct InterceptorTests {
    private func client(_ server: FaultyServer, _ interceptors: [any CallInterceptor<MattermostError>]) throws
        -> MattermostClient
    {
        try MattermostClient(
            .init(url: try ServerURL(server.url), token: Secret(token)), interceptors: CallInterceptors(interceptors))
    }

    @Test("Every write is told apart, and a read is a read")
    func names() async throws {
        let post =
            #"{"id":"\#(reference.postID)","channel_id":"\#(channel)","user_id":"\#(bot)","create_at":1,"type":"","props":{}}"#
        let recorder = Recorder()
        try await FaultyServer.run { _ in
            .send(answer(post))
        } _: { server in
            let client = try client(server, [recorder])
            _ = try await client.createPost(try makeCard(), in: channel, pendingPostID: "")
            try await client.updatePost(reference, to: try makeCard())
            _ = try await client.post(reference)
        }
        try await FaultyServer.run { _ in
            .send(answer(#"{"status":"OK"}"#))
        } _: { server in
            let client = try client(server, [recorder])
            try await client.deletePost(reference)
            try await client.ping()
        }
        #expect(recorder.seen.map(\.call) == [.createPost, .updatePost, .read(.post), .deletePost, .read(.ping)])
        #expect(recorder.seen.allSatisfy { $0.failure == nil })
    }

    @Test("An interceptor sees a malformed answer as a failure, like a refusal")
    func failures() async throws {
        let recorder = Recorder()
        try await FaultyServer.run { _ in
            .send(answer(#"{"unlike":"a user"}"#))
        } _: { server in
            _ = try? await client(server, [recorder]).me()
        }
        try await FaultyServer.run { _ in
            .send(answer("{}", status: 503))
        } _: { server in
            _ = try? await client(server, [recorder]).me()
        }
        let expected: [MattermostError.Code] = [.malformed, .status(503)]
        #expect(recorder.seen == expected.map { .init(call: .read(.me), failure: $0) })
    }

    @Test("A call that an interceptor refuses is not made, and inner interceptors do not see it")
    func refused() async throws {
        let inner = Recorder()
        let outer = Recorder(refusal: MattermostError(.unreachable, "it is away"))
        try await FaultyServer.run { _ in
            .send(answer("{}"))
        } _: { server in
            let client = try client(server, [outer, inner])
            let error = try await failure { () throws(MattermostError) in _ = try await client.me() }
            #expect(error.message == "it is away")
            #expect(server.requests.isEmpty)
        }
        #expect(inner.seen.isEmpty)
    }
}
