package import Access
import Sandbox

extension Rig {
    /// Returns the channels with a post about the request. A direct channel is named by its person.
    package func told(_ id: RequestID) throws -> [String] {
        let posts = try posts(about: id)
        return try mattermost.world.read { state in
            posts.map { post in
                guard let channel = state.channels.first(where: { $0.id == post.channelID }) else { return "?" }
                guard channel.kind == .direct else { return channel.name }
                let person = state.accounts.first { !$0.isBot && channel.members.contains($0.id) }
                return "@\(person?.username ?? "?")"
            }.sorted()
        }
    }

    /// Adds a channel, with these members or with those of the first channel.
    package func addChannel(_ name: String, shown: String, with members: [String]? = nil) throws {
        try mattermost.world.change { state, _ throws(AppError) in
            var channel = state.channels[0]
            (channel.id, channel.name, channel.displayName) = (Identifier.make(), name, shown)
            if let members {
                channel.members = Set(try members.map { name throws(AppError) in try state.account(named: name).id })
            }
            state.channels.append(channel)
        }
    }
}
