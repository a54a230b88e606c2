package import Access

extension MattermostClient {
    package func clickerKey() async throws(MattermostError) -> String? {
        let request = APIRequest(.get, "/config/client", query: "?format=old")
        let key = try await send(request, expecting: ClientConfigAnswer.self).asymmetricSigningPublicKey
        return key.flatMap { $0.isEmpty ? nil : $0 }
    }
}
