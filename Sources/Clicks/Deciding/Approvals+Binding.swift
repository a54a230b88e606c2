import Access

/// A click counts on the posts that the request's record names, and on no other: not on a copy of the button elsewhere.
extension Approvals {
    /// Retry delays: a click may arrive before its post has been recorded.
    private static let pauses = [100, 200, 400].map { Duration.milliseconds($0) }

    /// The facts, with the record as last read.
    func bound(_ click: Click, _ facts: Facts) async throws -> Facts {
        guard facts.request != nil else { return facts }
        var facts = facts
        for pause in Self.pauses where !facts.record.posts.contains(click.post) {
            guard facts.record.lacksPost(in: click.post.channelID), (try? await clock.sleep(for: pause)) != nil else { break }
            facts.record = try await record(click)
        }
        guard !facts.record.posts.contains(click.post) else { return facts }
        lookAgain(click.requestID)
        let isMissing = facts.record.lacksPost(in: click.post.channelID)
        throw isMissing ? Refusal(.unrecordedPost, ClickWords.unrecorded) : Refusal(.otherPost, ClickWords.otherPost)
    }

    private func record(_ click: Click) async throws -> PluginRecord {
        do {
            return PluginRecord(try await context.teleport.pluginData(of: click.requestID))
        } catch {
            throw Refusal(.lookupFailed, ClickWords.unreachable)
        }
    }
}

extension PluginRecord {
    fileprivate func lacksPost(in channelID: String) -> Bool { !posts.contains { $0.channelID == channelID } }
}
