import FoundationEssentials
import GRPCCore
import SwiftProtobuf
import TeleportAPI

/// Implements the calls for access monitoring rules, which servers have from 15 on.
struct AuthRuleCalls: Teleport_Accessmonitoringrules_V1_AccessMonitoringRulesService.ServiceProtocol {
    let auth: AuthCalls

    /// Lists the rules that match the filter. A page begins with the rule that the token names.
    func listAccessMonitoringRulesWithFilter(
        request: ServerRequest<Teleport_Accessmonitoringrules_V1_ListAccessMonitoringRulesWithFilterRequest>,
        context: ServerContext
    ) async throws -> ServerResponse<Teleport_Accessmonitoringrules_V1_ListAccessMonitoringRulesWithFilterResponse> {
        guard auth.majorVersion >= 15 else { throw auth.unimplemented(context) }
        for verb in ["list", "read"] { _ = try auth.require(verb, "access_monitoring_rule", context) }
        let filter = request.message
        let token = String(decoding: filter.pageToken, as: UTF8.self)
        let rest = auth.store.monitoringRules.filter { rule in
            rule.name >= token && filter.subjects.allSatisfy(rule.subjects.contains)
                && (filter.notificationName.isEmpty || filter.notificationName == rule.plugin)
        }
        let limit = filter.pageSize > 0 ? min(Int(filter.pageSize), auth.configuration.pageLimit) : auth.configuration.pageLimit
        return ServerResponse(
            message: .with {
                $0.rules = rest.prefix(limit).map(\.message)
                $0.nextPageToken = Data((rest.dropFirst(limit).first?.name ?? "").utf8)
            })
    }
}

/// Implements the call for the traits that users have since their last login.
struct AuthLoginStateCalls: Teleport_Userloginstate_V1_UserLoginStateService.ServiceProtocol {
    let auth: AuthCalls

    func getUserLoginState(
        request: ServerRequest<Teleport_Userloginstate_V1_GetUserLoginStateRequest>, context: ServerContext
    ) async throws -> ServerResponse<Teleport_Userloginstate_V1_UserLoginState> {
        guard auth.majorVersion >= 15 else { throw auth.unimplemented(context) }
        _ = try auth.require("read", "user_login_state", context)
        guard let traits = auth.configuration.loginTraits[request.message.name] else {
            throw AuthRefusal(.notFound, "user_login_state \"\(request.message.name)\" doesn't exist")
        }
        return ServerResponse(
            message: .with {
                $0.spec.traits = traits.sorted { $0.key < $1.key }.map { trait in
                    .with { ($0.key, $0.values) = (trait.key, trait.value) }
                }
            })
    }
}

extension AuthCalls {
    func getUser(
        request: ServerRequest<Proto_GetUserRequest>, context: ServerContext
    ) async throws -> ServerResponse<Types_UserV2> {
        _ = try require("read", "user", context)
        let name = request.message.name
        guard let traits = configuration.userTraits[name] else {
            throw AuthRefusal(.notFound, "user \"\(name)\" doesn't exist")
        }
        return ServerResponse(
            message: .with {
                $0.metadata.name = name
                $0.spec.traits.values = traits.mapValues { values in .with { $0.values = values } }
            })
    }
}

extension AuthRule {
    fileprivate var message: Teleport_Accessmonitoringrules_V1_AccessMonitoringRule {
        .with {
            $0.metadata.name = name
            $0.kind = "access_monitoring_rule"
            $0.version = "v1"
            $0.spec.subjects = subjects
            $0.spec.condition = condition
            ($0.spec.notification.name, $0.spec.notification.recipients) = (plugin, recipients)
            $0.spec.schedules = schedules.mapValues { schedule in
                .with {
                    $0.time.timezone = schedule.zone
                    $0.time.shifts = schedule.shifts.map { shift in
                        .with { ($0.weekday, $0.start, $0.end) = (shift.weekday, shift.start, shift.end) }
                    }
                }
            }
        }
    }
}

extension Proto_Event {
    static func put(_ rule: AuthRule) -> Self {
        .with {
            $0.type = .put
            $0.accessMonitoringRule = rule.message
        }
    }

    /// A deletion has only the kind and the name.
    static func deleteRule(_ name: String) -> Self {
        .with {
            $0.type = .delete
            $0.resourceHeader = .with {
                $0.kind = "access_monitoring_rule"
                $0.metadata.name = name
            }
        }
    }
}
