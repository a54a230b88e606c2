import Sandbox

// The actions of people, including those that bypass the plugin.
extension ChaosRun {
    func perform(_ action: ChaosAction) async throws {
        switch action {
        case .create(let count, let lifetime):
            for _ in 0..<count { create(lifetime) }
        case .click(let pick, let clicks):
            guard let id = ledger.request(pick) else { return }
            await withDiscardingTaskGroup { group in
                for (person, button) in clicks {
                    group.addTask { await click(button, by: ChaosPlan.people[person], on: id) }
                }
            }
        case .resolve(let pick, let approved):
            guard let id = ledger.request(pick), stage.auth.request(id)?.state == .pending else { return }
            ledger.note(id, "tctl: \(approved ? "approve" : "deny")")
            ledger.count("resolved with tctl")
            try? stage.auth.resolve(id, approved ? .approved : .denied)
        case .remove(let pick):
            guard let id = ledger.request(pick), stage.auth.request(id) != nil else { return }
            ledger.note(id, "tctl: remove")
            ledger.count("removed with tctl")
            stage.auth.delete(id)
        case .deletePost(let pick):
            try deletePost(of: ledger.request(pick))
        case .endRecord(let pick):
            // The record of a younger request cannot have ended in reality, because it lasts longer than the access.
            guard let id = ledger.request(pick, olderThan: .seconds(60)), !stage.auth.pluginData(id).isEmpty else { return }
            ledger.change(id) { $0.hasLostRecord = true }
            ledger.note(id, "the record ends")
            ledger.count("records that ended")
            stage.auth.expirePluginData(id)
        case .fault(let fault, let length, let pick):
            try await perform(fault, length, pick)
        }
    }

    private func create(_ lifetime: Duration?) {
        let id = stage.auth.createRequest(user: "user", roles: ["editor"], ttl: lifetime ?? .seconds(3600))
        ledger.created(id, "created" + (lifetime.map { ", for \($0)" } ?? ""))
        ledger.count("requests")
    }

    /// Deletes a post as a person does. The post has to be recorded already, because the plugin cannot know of a deleted post
    /// otherwise.
    private func deletePost(of id: String?) throws {
        guard let id, stage.auth.pluginData(id)[Verdict.dataName]?["messages"]?.isEmpty == false,
            let post = try stage.posts(about: id).first
        else { return }
        ledger.change(id) { ($0.wasDeletedByPerson, $0.deletedIn) = (true, post.channelID) }
        ledger.note(id, "a person deletes post \(post.id)")
        ledger.count("posts deleted by a person")
        try stage.mattermost.world.change { state, _ throws(AppError) in state.deletePost(post.id) }
    }

    private func click(_ button: String, by person: String, on id: String) async {
        guard let post = try? stage.posts(about: id).first, post.attachment?["actions"]?.elements?.isEmpty == false,
            ledger.beginClick(person, id)
        else { return }
        defer { ledger.endClick(person, id) }
        ledger.count("clicks")
        ledger.note(id, "\(person) clicks \(button)")
        let begin = ContinuousClock.now
        let result: Ledger.ClickOutcome.Result
        do {
            result = .told(try await words(button, on: post, as: person))
        } catch let error as AppError where error.id != "api.post.do_action.action_integration.app_error" {
            // The error is Mattermost's own. The post has no button any more, or the answer cannot be shown on it.
            result = .unanswered(excuse: error.id)
        } catch {
            result = .unanswered(excuse: excuses.since(begin))
        }
        ledger.note(id, "\(person) → \(result) after \(ContinuousClock.now - begin)")
        ledger.change(id) { $0.clicks.append(Ledger.ClickOutcome(person: person, button: button, result: result)) }
        if case .unanswered = result { ledger.count("clicks unanswered") }
        if ContinuousClock.now - begin > .seconds(3) { ledger.count("clicks that took more than 3 s") }
    }

    /// Makes a click and returns the text that the person is shown in answer to it.
    private func words(_ button: String, on post: ChatPost, as person: String) async throws -> String {
        let world = stage.mattermost.world
        let (userID, before) = try world.read { state throws(AppError) in
            (try state.account(named: person).id, Set(state.ephemerals.map(\.id)))
        }
        _ = try await stage.mattermost.clicker.click(button, on: post.id, by: userID)
        return try world.read { $0.ephemerals }.last {
            $0.userID == userID && $0.postID == post.id && !before.contains($0.id)
        }?.message ?? ""
    }
}
