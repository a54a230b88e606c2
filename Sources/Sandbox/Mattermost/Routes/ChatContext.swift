import Hummingbird
import NIOCore

/// One REST call.
struct ChatContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// To be closed by a fault.
    let channel: any Channel
    /// `X-Request-Id`, also in an error's body.
    let requestID = Identifier.make()
    /// The server's node that answers.
    var node = 0
    /// Of the bearer token; nil without a good one.
    var account: ChatAccount?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    func caller() throws(AppError) -> ChatAccount {
        guard let account else { throw .sessionExpired }
        return account
    }

    /// A part of the path, percent-decoded.
    func parameter(_ name: String) throws(AppError) -> String {
        guard let value = parameters.get(name)?.percentDecoded else { throw .badURLParameter(name) }
        return value
    }
}

extension String {
    /// Nil for a malformed escape or bytes that are not UTF-8.
    var percentDecoded: String? {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst(), let low = rest.popFirst(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
