internal import Access

/// Makes a GET request without credentials, to find out whether an address can be reached and which server answers there. A
/// redirect is not followed, and the call takes at most 10 s unless another limit is given.
package struct WebProbe: Sendable {
    package struct Answer: Sendable {
        package var status: Int
        package var body: [UInt8]
    }

    /// The reason why there was no complete answer.
    package struct Failure: Error, Sendable {
        package enum Reason: Sendable {
            /// The certificate's chain cannot be verified.
            case untrusted
            /// The certificate is verified and is for another host.
            case wrongName
            /// The file with the certificate authorities to trust cannot be read, or holds none.
            case unusableCAs
            /// The host has no address.
            case unresolved
            case timedOut
            /// The answer is not HTTP, or is larger than 64 KiB.
            case notHTTP
            case cancelled
            case network
        }

        package var reason: Reason
        /// libcurl's description, as one line of bounded length.
        package var words: String
    }

    private static let bodyLimit = 64 << 10
    private static let timeLimit = Duration.seconds(10)

    private let options: CurlClient.Options
    private let timeLimit: Duration

    /// - Parameter caFile: a PEM file with the certificate authorities to trust instead of the system's; nil for the system's.
    package init(caFile: String? = nil) {
        var options = CurlClient.Options()
        (options.caFile, options.maxBody) = (caFile, Self.bodyLimit)
        (self.options, timeLimit) = (options, Self.timeLimit)
    }

    /// Makes a probe of a server on this machine. Its certificate is not verified, because nothing is entrusted to it, and it is
    /// called without the proxy that the environment may name.
    package init(ownMachine timeLimit: Duration) {
        var options = CurlClient.Options()
        (options.isOnOwnMachine, options.way, options.maxBody) = (true, .direct, Self.bodyLimit)
        (self.options, self.timeLimit) = (options, timeLimit)
    }

    /// Makes the request. Every answer is returned, whatever its status.
    package func get(_ url: String) async throws(Failure) -> Answer {
        do {
            let curl = try CurlClient(options)
            defer { curl.shutdown() }
            let call = HTTPCall(method: .get, url: url, token: nil, body: nil, timeLimit: timeLimit)
            let answer = try await curl.perform(call)
            return Answer(status: answer.status, body: answer.body)
        } catch {
            throw Failure(reason: Self.reason(error.code), words: OneLine.bounded(error.description))
        }
    }

    private static func reason(_ code: CurlError.Code) -> Failure.Reason {
        switch code {
        case .untrusted: .untrusted
        case .wrongName: .wrongName
        case .unusableCAs: .unusableCAs
        case .unresolved, .unresolvedProxy: .unresolved
        case .timedOut: .timedOut
        case .notHTTP, .tooLarge: .notHTTP
        case .cancelled, .stopped: .cancelled
        case .busy, .network, .refusedByProxy: .network
        }
    }
}
