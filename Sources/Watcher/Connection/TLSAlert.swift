/// The numbers of TLS alerts (RFC 8446, section 6).
enum TLSAlert {
    static let certificateExpired = 45
    static let unknownCA = 48

    /// The alerts by which a server refuses the client's certificate: bad_certificate, unsupported_certificate,
    /// certificate_revoked, certificate_expired, certificate_unknown, unknown_ca, access_denied and certificate_required.
    static let refusesCertificate: Set<Int> = [42, 43, 44, certificateExpired, 46, unknownCA, 49, 116]
}
