import Access
import Logging

/// Looks up the person, the request and its record.
extension Approvals {
    func lookUp(_ click: Click) async throws -> Facts {
        async let user = context.chat.user(click.userID)
        async let membership = isMember(click)
        async let request = context.teleport.request(click.requestID)
        async let data = context.teleport.pluginData(of: click.requestID)
        let clicker: ChatUser
        do {
            clicker = try await user
        } catch {
            context.logger.warning("Could not look up who clicked: \(error)", metadata: .click(click))
            throw Refusal(.lookupFailed, ClickWords.unknownClicker)
        }
        guard clicker.id == click.userID else { throw Refusal(.lookupFailed, ClickWords.unknownClicker) }
        do {
            let (request, record) = (try await request, PluginRecord(try await data))
            return Facts(
                clicker: clicker, isMember: await membership, request: request, record: try await told(record, by: request))
        } catch {
            context.logger.warning("Could not read the request: \(error)", metadata: .click(click))
            throw Refusal(.lookupFailed, ClickWords.unreachable)
        }
    }

    /// Returns the record, or a later one: another click may have claimed its decision after this record was read, and made it before
    /// the request was.
    private func told(_ record: PluginRecord, by request: AccessRequest?) async throws -> PluginRecord {
        guard let request, record.perhapsLacksDecider(of: request) else { return record }
        return PluginRecord(try await context.teleport.pluginData(of: request.id))
    }

    private func isMember(_ click: Click) async -> Bool? {
        do {
            return try await context.chat.isMember(click.userID, of: click.post.channelID)
        } catch {
            context.logger.warning("Could not look up who is in the channel: \(error)", metadata: .click(click))
            return nil
        }
    }
}
