package import GRPCCore

/// The error with which the auth service refuses a call, with Teleport's message.
package struct AuthRefusal: Error, Equatable {
    package enum Code: Equatable, Sendable {
        case notFound
        case permissionDenied
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
}

extension AuthRefusal: RPCErrorConvertible {
    package var rpcErrorMessage: String { message }

    package var rpcErrorCode: RPCError.Code {
        switch code {
        case .notFound: .notFound
        case .permissionDenied: .permissionDenied
        case .compareFailed: .failedPrecondition
        case .badParameter: .invalidArgument
        case .unimplemented: .unimplemented
        }
    }
}
