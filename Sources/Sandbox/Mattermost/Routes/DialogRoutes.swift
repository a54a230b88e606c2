import Hummingbird

/// The calls under `/api/v4/actions/dialogs/`.
struct DialogRoutes: Sendable {
    let world: ChatWorld
    let clicker: Clicker

    func add(to router: RouterGroup<ChatContext>) {
        let dialogs = router.group("actions/dialogs")
        dialogs.post("open") { request, context in
            _ = try context.caller()
            let body = try await request.json("dialog")
            try world.change { state, now throws(AppError) in try state.openDialog(body, now: now) }
            return JSON.done
        }
        dialogs.post("submit") { request, context in
            let me = try context.caller()
            return try await clicker.submit(try await request.json("submit_dialog_request"), by: me.id).response()
        }
    }
}
