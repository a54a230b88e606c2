import Access
import ActionCrypto
import GRPCCore
import NIOCore
import NIOPosix

extension TeleportError {
    /// Maps an error of gRPC, NIO or OpenSSL to a code, words and a mend. This is the only place that does.
    init(_ error: any Error, during call: AuthCall, to address: AuthAddress) {
        switch error {
        case let error as TeleportError:
            self = error
        case let error as RPCError:
            self.init(error, during: call, to: address)
        case let error as RuntimeError:
            let reason = error.cause.map { "\($0)" } ?? error.message
            self.init(
                .unavailable, "\(call.rawValue): the connection to Teleport at \(address) is closed: \(reason)", cause: error)
        case let error as OpenSSLError:
            self.init(
                Self.code(of: error), "TLS with Teleport at \(address) failed: \(error)", mend: Self.mend(of: error),
                cause: error)
        case let error as NIOConnectionError:
            self.init(.unavailable, "cannot connect to \(address.setting) \(address): \(Self.reasons(of: error))", cause: error)
        case let error as IOError:
            self.init(.unavailable, "the connection to Teleport at \(address) failed: \(error.shortReason)", cause: error)
        case is DeadlinePassed:
            self.init(.timedOut, "\(call.rawValue): Teleport at \(address) gave no answer in time", cause: error)
        case is CancellationError:
            self.init(.cancelled, "\(call.rawValue): cancelled", cause: error)
        case ChannelError.connectTimeout:
            self.init(.unavailable, "cannot connect to \(address.setting) \(address): no answer in time", cause: error)
        default:
            self.init(.unavailable, "the connection to Teleport at \(address) failed: \(error)", cause: error)
        }
    }

    private init(_ error: RPCError, during call: AuthCall, to address: AuthAddress) {
        let text = error.message.isEmpty ? "\(error.code)" : error.message
        let message = "\(call.rawValue): \(text)"
        switch error.code {
        case .unavailable:
            self.init(.unavailable, "\(call.rawValue): the connection to Teleport at \(address) ended: \(text)", cause: error)
        case .cancelled: self.init(.cancelled, "\(call.rawValue): cancelled", cause: error)
        case .deadlineExceeded: self.init(.timedOut, message, cause: error)
        case .permissionDenied where StatusMessage.needsMFA(error.message):
            self.init(.permissionDenied, message, mend: Self.mendOfMFA, reason: .needsMFA, cause: error)
        case .permissionDenied:
            let lacking = StatusMessage.lackingPermissions(error.message)
            self.init(
                .permissionDenied, "\(message) (permission denied)",
                mend: RolePermission.mend(lacking.isEmpty ? call.permission.map { [$0] } ?? [] : lacking), cause: error)
        case .unauthenticated:
            self.init(.misconfigured, message, mend: "issue the certificate again with tctl auth sign", cause: error)
        case .notFound: self.init(.notFound, message, cause: error)
        case .failedPrecondition, .aborted, .alreadyExists: self.init(.conflict, message, cause: error)
        case .invalidArgument, .outOfRange: self.init(.refused, message, cause: error)
        case .unimplemented: self.init(.unimplemented, message, cause: error)
        default: self.init(.other, "\(message) (\(error.code))", cause: error)
        }
        guard call == .submitReview, reason == nil, let refusal = StatusMessage.reviewRefusal(error.message) else { return }
        reason = .review(refusal)
        mend = refusal.mend ?? mend
    }

    private static let mendOfMFA =
        "the cluster requires MFA for administrative actions: give the plugin an identity of tbot, or of tctl auth sign run on "
        + "the auth server; one that tsh login wrote is refused"

    /// Returns the code for a TLS failure. A certificate that was refused stays refused until a person acts; other failures may
    /// pass by themselves.
    private static func code(of error: OpenSSLError) -> Code {
        switch error.code {
        case .setup, .untrustedPeer, .alert: .misconfigured
        case .timedOut, .closed, .failed: .unavailable
        }
    }

    /// Returns the advice for a TLS failure; nil if it has more than one common cause.
    private static func mend(of error: OpenSSLError) -> String? {
        let renew = "issue the identity, or client_key, client_crt and root_cas, again with tctl auth sign"
        return switch error.code {
        case .untrustedPeer where error.isNameMismatch:
            "the certificate is not for \(Dialer.serverName): addr must be the auth service, or a proxy of Teleport 8 or newer"
        case .untrustedPeer: "root_cas, or the identity's, is not this cluster's: \(renew)"
        case .alert where error.alert == TLSAlert.certificateExpired:
            "client_crt, or the identity's, has expired: \(renew)"
        case .alert where error.alert == TLSAlert.unknownCA:
            "client_crt, or the identity's, is not of this cluster: \(renew)"
        case .failed, .closed, .timedOut: "is addr the auth service, usually port 3025?"
        case .alert, .setup: nil
        }
    }

    static func reasons(of error: NIOConnectionError) -> String {
        var reasons: [String] = []
        for failure in error.connectionErrors {
            let reason = (failure.error as? IOError)?.shortReason ?? "\(failure.error)"
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        if reasons.isEmpty { return "the host name \"\(error.host)\" cannot be resolved" }
        return reasons.joined(separator: "; ")
    }
}
