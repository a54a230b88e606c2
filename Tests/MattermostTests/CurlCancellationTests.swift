import Access
import Testing

@testable import Mattermost

@Suite(.timeLimit(.minutes(1))) struct CurlCancellationTests {
    @Test("A call of a cancelled task is never sent")
    func cancelledBefore() async throws {
        try await FaultyServer.run { _ in
            .send(answer("{}"))
        } _: { server in
            let client = try CurlClient()
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.perform(call(server.url))
            }
            await #expect(throws: CurlError.cancelled) { try await task.value }
            _ = try await client.perform(call(server.url + "/next"))
            #expect(server.requests.map(\.path) == ["/next"])
        }
    }

    @Test("A call that the thread has not picked up is cancelled")
    func cancelledInQueue() async throws {
        let inbox = CurlInbox(capacity: 4)
        let outcome = await withCheckedContinuation { (continuation: CheckedContinuation<CurlJob.Outcome, Never>) in
            let job = CurlJob(id: inbox.nextID(), call: call("http://127.0.0.1"), continuation: continuation)
            #expect(inbox.add(job) == nil)
            inbox.cancel(job.id)?.continuation.resume(returning: .failure(.cancelled))
            #expect(inbox.take().jobs.isEmpty)
        }
        #expect(outcome == .failure(.cancelled))
    }

    @Test("A call that waits for its answer is cancelled at once")
    func cancelledInFlight() async throws {
        try await FaultyServer.run {
            $0.path == "/stall" ? .stall : .send(answer("{}"))
        } _: { server in
            let client = try CurlClient()
            let task = Task { try await client.perform(call(server.url + "/stall", limit: .seconds(60))) }
            var arrivals = server.arrivals.makeAsyncIterator()
            #expect(await arrivals.next()?.path == "/stall")
            task.cancel()
            await #expect(throws: CurlError.cancelled) { try await task.value }
            let answer = try await client.perform(call(server.url))
            #expect(answer.status == 200)
        }
    }

    @Test("Cancellations at any moment resume each call exactly once")
    func race() async throws {
        try await FaultyServer.run { _ in
            .send(answer("{}"))
        } _: { server in
            let client = try CurlClient()
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        let task = Task { try await client.perform(call(server.url, limit: .seconds(50))) }
                        if index % 3 == 0 { await Task.yield() }
                        if index % 2 == 0 { task.cancel() }
                        return (try? await task.value) != nil
                    }
                }
                return await group.reduce(into: [true: 0, false: 0]) { $0[$1, default: 0] += 1 }
            }
            #expect(outcomes[true, default: 0] >= 100)
            #expect(outcomes.values.reduce(0, +) == 200)
        }
    }

    @Test("A shutdown fails what is in flight and every call after it")
    func shutdown() async throws {
        try await FaultyServer.run { _ in
            .stall
        } _: { server in
            let client = try CurlClient()
            let task = Task { try await client.perform(call(server.url, limit: .seconds(60))) }
            var arrivals = server.arrivals.makeAsyncIterator()
            _ = await arrivals.next()
            client.shutdown()
            await #expect(throws: CurlError.stopped) { try await task.value }
            await #expect(throws: CurlError.stopped) { try await client.perform(call(server.url)) }
            client.shutdown()
            #expect(server.requests.count == 1)
        }
    }

    @Test("More calls at once than the limit fail at once, and the limit is free again afterwards")
    func busy() async throws {
        try await FaultyServer.run {
            $0.path == "/stall" ? .stall : .send(answer("{}"))
        } _: { server in
            let client = try CurlClient(.init(maxCalls: 8))
            let stalled = (0..<8).map { _ in
                Task { try await client.perform(call(server.url + "/stall", limit: .seconds(60))) }
            }
            var arrivals = server.arrivals.makeAsyncIterator()
            for _ in stalled { _ = await arrivals.next() }
            await #expect(throws: CurlError.busy) { try await client.perform(call(server.url)) }
            stalled.forEach { $0.cancel() }
            for task in stalled { await #expect(throws: CurlError.cancelled) { try await task.value } }
            let answer = try await client.perform(call(server.url))
            #expect(answer.status == 200)
        }
    }

    @Test("A client that nobody holds closes its connections")
    func released() async throws {
        try await FaultyServer.run { _ in
            .send(answer("{}"))
        } _: { server in
            var client: CurlClient? = try CurlClient()
            let answer = try await client?.perform(call(server.url))
            #expect(answer?.status == 200)
            client = nil
            var closings = server.closings.makeAsyncIterator()
            #expect(await closings.next() == 1)
        }
    }
}
