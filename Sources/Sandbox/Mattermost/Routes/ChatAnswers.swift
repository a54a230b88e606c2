import HTTPTypes
import Hummingbird
import NIOCore

extension JSON {
    func response(_ status: HTTPResponse.Status = .ok, etag: String? = nil) -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let etag { headers[.eTag] = etag }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: goEncoded)))
    }
}

extension Request {
    /// Answers with the body, or with 304 when the client already has this version.
    func answer(_ body: JSON, etag: String) -> Response {
        unchanged(since: etag) ?? body.response(etag: etag)
    }

    /// The answer 304 when the client already has this version; otherwise nil.
    func unchanged(since etag: String) -> Response? {
        headers[.ifNoneMatch] == etag ? Response(status: .notModified, headers: [.eTag: etag]) : nil
    }

    /// Reads the body as JSON, at most 1 MiB.
    func json(_ name: String) async throws -> JSON {
        let bytes = try await body.collect(upTo: 1 << 20)
        guard let json = JSON(bytes: bytes.readableBytesView) else { throw AppError.badBodyParameter(name) }
        return json
    }
}

extension AppError {
    func response(requestID: String) -> Response {
        var response = body(requestID: requestID).response(HTTPResponse.Status(code: status))
        if self == .sessionExpired { response.headers[.setCookie] = "MMAUTHTOKEN=; Path=/; Max-Age=0; HttpOnly" }
        return response
    }
}
