package import GRPCCore

/// The error with which the auth service refuses a call, with Teleport's message.
package struct AuthRefusal: Error, Equatable {
    package enum Code: Equatable, Sendable {
        case notFound
        case permissionDenied
        case alreadyExists
        case compareFailed
        case badParameter
        case unimplemented
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package static func denied(_ permission: AuthPermission) -> Self {
        Self(.permissionDenied, "access denied to perform action \"\(permission.verb)\" on \"\(permission.resource)\"")
    }

    /// The refusal of an administrative action without MFA.
    static let needsMFA = Self(.permissionDenied, "admin-level API request requires MFA verification")
}

extension AuthRefusal: RPCErrorConvertible {
    package var rpcErrorMessage: String { message }

    package var rpcErrorCode: RPCError.Code {
        switch code {
        case .notFound: .notFound
        case .permissionDenied: .permissionDenied
        case .alreadyExists: .alreadyExists
        case .compareFailed: .failedPrecondition
        case .badParameter: .invalidArgument
        case .unimplemented: .unimplemented
        }
    }
}
