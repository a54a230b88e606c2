import Access

/// Ways on that commute: whichever of the two comes first, the world is the same after both.
///
/// One of two orders that differ in nothing else is enough. Where a way on was gone from a state, it *sleeps* on the other ways
/// from there until one of these does not commute with it, because each schedule in which it comes in the meantime can be turned
/// into one in which it comes at once. These are the sleep sets of Godefroid. They leave out schedules, and no state.
extension Order {
    struct Step {
        /// The same number in every schedule.
        var key: Int
        var machine: Machine?
        var object: Object
        var isWrite: Bool

        /// Calls of two replicas commute if they are about different objects, or both only read. Everything within one replica
        /// may depend on everything else there.
        func commutes(with other: Step) -> Bool {
            guard object != .everything, other.object != .everything else { return false }
            guard let machine, let others = other.machine, machine !== others else { return false }
            return object != other.object || !isWrite && !other.isWrite
        }
    }

    /// What a call reads or writes.
    enum Object { case record, request, posts, everything }

    func step(_ move: Move) -> Step {
        switch move {
        // All replicas are told of what people do, and time changes everything.
        case .wait: Step(key: 1, machine: nil, object: .everything, isWrite: true)
        case .tctl: Step(key: 2, machine: nil, object: .everything, isWrite: true)
        case .click: Step(key: 3, machine: nil, object: .everything, isWrite: true)
        case .happens(let place): step(calls[place], nil)
        case .fails(let place, let fault): step(calls[place], fault)
        }
    }

    private func step(_ call: any HeldCall, _ fault: CallFault?) -> Step {
        var hasher = Hasher()
        hasher.combine(call.machine.name)
        hasher.combine(call.activity)
        hasher.combine(call.what)
        hasher.combine(fault)
        return Step(
            key: hasher.finalize(), machine: call.machine, object: Self.object(of: call.call), isWrite: !call.call.isRead)
    }

    private static func object(of call: ServerCall) -> Object {
        switch call {
        case .read(.pluginData), .read(.allPluginData), .updatePluginData: .record
        case .read(.requests), .read(.role): .request
        case .read(.post), .read(.channelPosts), .read(.thread), .createPost, .updatePost, .deletePost, .reply: .posts
        // A decision is told to all replicas.
        default: .everything
        }
    }
}
