package import Access
import SwiftProtobuf
import Synchronization
import TeleportAPI

/// The calls for access monitoring rules. ``RuleService`` documents them.
extension TeleportClient: RuleService {
    package func monitoringRules() async throws(TeleportError) -> [MonitoringRule]? {
        do {
            let records = try await call(.listRules) { link -> [Teleport_Accessmonitoringrules_V1_AccessMonitoringRule]? in
                guard link.hasMonitoringRules.withLock({ $0 }) else { return nil }
                return try await link.monitoringRules(subject: MonitoringRule.subject, plugin: MonitoringRule.pluginName)
            }
            return records?.map(MonitoringRule.init).filter(\.notifies)
        } catch {
            guard error.code == .unimplemented else { throw error }
            return nil
        }
    }

    package func traits(ofUser name: String) async throws(TeleportError) -> [String: [String]] {
        guard name.isExact else { return [:] }
        do {
            let state = try await call(.readLoginState) {
                try await $0.loginStates.getUserLoginState(.with { $0.name = name }, options: Link.options)
            }
            return Dictionary(state.spec.traits.map { ($0.key, $0.values) }) { $0 + $1 }
        } catch {
            // A user who has not logged in since the last upgrade has no such state, and an older server has no such call.
            guard error.code == .notFound || error.code == .unimplemented else { throw error }
            let user = try await call(.readUser) { try await $0.api.getUser(.with { $0.name = name }, options: Link.options) }
            return user.spec.traits.values.mapValues(\.values)
        }
    }
}

extension MonitoringRule {
    init(_ record: Teleport_Accessmonitoringrules_V1_AccessMonitoringRule) {
        self.init(
            name: record.metadata.name, subjects: record.spec.subjects, condition: record.spec.condition,
            plugin: record.spec.notification.name, recipients: record.spec.notification.recipients,
            schedules: record.spec.schedules.mapValues { schedule in
                Schedule(
                    timeZone: schedule.time.timezone,
                    shifts: schedule.time.shifts.map { .init(weekday: $0.weekday, start: $0.start, end: $0.end) })
            })
    }
}
