import Access

/// Binds a click to the posts of its request. A click counts only on a post that the request's record names. A copy of the
/// button in another post decides nothing.
extension Approvals {
    /// The pauses between reads of the record. A person may click on a new post before it has been recorded.
    private static let pauses = [100, 200, 400].map { Duration.milliseconds($0) }

    /// Returns the facts with the record as it was read last, or throws a refusal if the record does not name the post.
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
