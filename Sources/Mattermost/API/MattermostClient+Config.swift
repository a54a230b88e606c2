package import Access

/// The calls that read the server's configuration.
extension MattermostClient {
    /// Returns the public key with which the server proves who clicked; nil if it offers none.
    package func clickerKey() async throws(MattermostError) -> String? {
        let key = try await clientConfig().asymmetricSigningPublicKey
        return key.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether the server shows users' e-mail addresses to other users; nil when it does not say.
    package func showsEmailAddresses() async throws(MattermostError) -> Bool? {
        try await clientConfig().showEmailAddress.map { $0 == "true" }
    }

    private func clientConfig() async throws(MattermostError) -> ClientConfigAnswer {
        try await send(
            APIRequest(.get, "/config/client", query: "?format=old", reading: .clientConfiguration),
            expecting: ClientConfigAnswer.self)
    }
}
