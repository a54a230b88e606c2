package import Access
import COpenSSL

/// The fields of an X.509 certificate that the plugin checks or shows.
package struct CertificateInfo: Hashable, Sendable {
    /// The subject's common name.
    package var subject: String?
    /// The issuer's common name.
    package var issuer: String?
    /// The subject's organizations (`O`). In a Teleport user's certificate these are the roles.
    package var organizations: [String]
    package var notBefore: Timestamp
    package var notAfter: Timestamp
    /// The host names in the subject alternative name.
    package var dnsNames: [String]
    /// The IP addresses in the subject alternative name: IPv4 in dotted form, IPv6 as eight hexadecimal groups without `::`.
    package var addresses: [String]

    /// Reads the first certificate in `pem`. `what` names it in the error.
    package init(pem: [UInt8], what: String = "certificate") throws(OpenSSLError) {
        try self.init(try PEM.certificates(pem, what: what)[0], what: what)
    }

    /// Reads all certificates in `pem`, in order. `what` names them in the error.
    package static func all(pem: [UInt8], what: String = "certificates") throws(OpenSSLError) -> [CertificateInfo] {
        var all: [CertificateInfo] = []
        for certificate in try PEM.certificates(pem, what: what) { all.append(try CertificateInfo(certificate, what: what)) }
        return all
    }

    private init(_ certificate: Certificate, what: String) throws(OpenSSLError) {
        let pointer = certificate.pointer
        guard let notBefore = Timestamp(X509_get0_notBefore(pointer)), let notAfter = Timestamp(X509_get0_notAfter(pointer))
        else { throw OpenSSLError(.setup, "\(what): its dates cannot be read") }
        (self.notBefore, self.notAfter) = (notBefore, notAfter)
        subject = commonName(X509_get_subject_name(pointer))
        issuer = commonName(X509_get_issuer_name(pointer))
        organizations = entries(of: X509_get_subject_name(pointer), NID_organizationName)
        (dnsNames, addresses) = Self.alternativeNames(pointer)
    }

    private static func alternativeNames(_ certificate: OpaquePointer) -> (dns: [String], addresses: [String]) {
        guard let raw = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return ([], []) }
        let names = OpaquePointer(raw)
        defer { GENERAL_NAMES_free(names) }
        var found: (dns: [String], addresses: [String]) = ([], [])
        for index in 0..<shim_sk_GENERAL_NAME_num(names) {
            var kind: Int32 = 0
            guard let name = shim_sk_GENERAL_NAME_value(names, index),
                let value = GENERAL_NAME_get0_value(name, &kind).map({ OpaquePointer($0) })
            else { continue }
            let string = UnsafePointer<ASN1_STRING>(value)
            let bytes = UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string)))
            switch kind {
            case GEN_DNS: found.dns.append(String(decoding: bytes, as: UTF8.self))
            case GEN_IPADD: found.addresses.append(address(Array(bytes)))
            default: break
            }
        }
        return found
    }

    private static func address(_ bytes: [UInt8]) -> String {
        if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
        return stride(from: 0, to: bytes.count - 1, by: 2)
            .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }
}

extension Timestamp {
    fileprivate init?(_ time: UnsafePointer<ASN1_TIME>?) {
        guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_TIME_free(epoch) }
        var (days, seconds) = (Int32(0), Int32(0))
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
        self.init(milliseconds: (Int64(days) * 86400 + Int64(seconds)) * 1000)
    }
}
