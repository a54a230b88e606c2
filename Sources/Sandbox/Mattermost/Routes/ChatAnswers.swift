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
    /// 304 when the client has this version already.
    func answer(_ body: JSON, etag: String) -> Response {
        guard headers[.ifNoneMatch] == etag else { return body.response(etag: etag) }
        return Response(status: .notModified, headers: [.eTag: etag])
    }

    /// The body as JSON, at most 1 MiB of it.
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
