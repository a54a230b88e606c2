import Hummingbird
import NIOCore

/// The context of one REST call.
struct ChatContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection, which a fault may close.
    let channel: any Channel
    /// The `X-Request-Id`, which is in the body of an error too.
    let requestID = Identifier.make()
    /// The number of the node that answers.
    var node = 0
    /// The account of the bearer token; nil without a valid token.
    var account: ChatAccount?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    func caller() throws(AppError) -> ChatAccount {
        guard let account else { throw .sessionExpired }
        return account
    }

    /// A parameter in the path, percent-decoded.
    func parameter(_ name: String) throws(AppError) -> String {
        guard let value = parameters.get(name)?.percentDecoded else { throw .badURLParameter(name) }
        return value
    }
}

extension String {
    /// The text without its percent-escapes; nil for a malformed escape or for bytes that are not UTF-8.
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
