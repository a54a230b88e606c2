internal import Access
import COpenSSL

/// Makes the self-signed certificate that the listener uses when none is configured.
package enum SelfSigned {
    /// 825 days, the longest validity that Apple's libraries and browsers accept.
    package static let life = Duration.seconds(825 * 24 * 3600)

    /// Makes a new EC P-256 key, and its certificate for these DNS names and IP addresses. The first is also the common name.
    package static func identity(names: [String], life: Duration = life) throws(OpenSSLError) -> TLSIdentity {
        guard let first = names.first, names.allSatisfy(isPlain) else {
            throw OpenSSLError(.setup, "a self-signed certificate needs host names or IP addresses")
        }
        ERR_clear_error()
        guard let generated = shim_EVP_EC_gen_P256() else { throw .drained(.setup, "EC P-256 key") }
        let key = PrivateKey(generated)
        guard let new = X509_new() else { throw .drained(.setup, "certificate") }
        let certificate = Certificate(new)
        try fill(certificate, key: key, commonName: String(first.prefix(64)), life: life)
        try extend(certificate, NID_subject_alt_name, names.map(alternativeName).joined(separator: ","))
        try extend(certificate, NID_basic_constraints, "critical,CA:FALSE")
        try extend(certificate, NID_key_usage, "critical,digitalSignature")
        try extend(certificate, NID_ext_key_usage, "serverAuth")
        guard X509_sign(certificate.pointer, key.pointer, EVP_sha256()) > 0 else { throw .drained(.setup, "certificate") }
        return TLSIdentity(
            certificateChain: try PEM.write("certificate") { PEM_write_bio_X509($0, certificate.pointer) },
            privateKey: Secret(
                try PEM.write("private key") { PEM_write_bio_PrivateKey($0, key.pointer, nil, nil, 0, nil, nil) }))
    }

    private static func fill(
        _ certificate: Certificate, key: PrivateKey, commonName: String, life: Duration
    ) throws(OpenSSLError) {
        let pointer = certificate.pointer
        var serial: UInt64 = 0
        let random = withUnsafeMutableBytes(of: &serial) { raw in
            RAND_bytes(raw.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(raw.count))
        }
        let subject = X509_get_subject_name(pointer)
        // The validity begins a minute in the past, for peers whose clocks are a little behind.
        guard random == 1, X509_set_version(pointer, Int(X509_VERSION_3)) == 1,
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(pointer), serial >> 1 | 1) == 1,
            X509_gmtime_adj(X509_getm_notBefore(pointer), -60) != nil,
            X509_gmtime_adj(X509_getm_notAfter(pointer), Int(life.components.seconds)) != nil,
            X509_NAME_add_entry_by_NID(
                subject, NID_commonName, MBSTRING_UTF8, Array(commonName.utf8), Int32(commonName.utf8.count), -1, 0) == 1,
            X509_set_issuer_name(pointer, subject) == 1, X509_set_pubkey(pointer, key.pointer) == 1
        else { throw .drained(.setup, "certificate") }
    }

    private static func extend(_ certificate: Certificate, _ nid: Int32, _ value: String) throws(OpenSSLError) {
        guard let made = X509V3_EXT_conf_nid(nil, nil, nid, value) else { throw .drained(.setup, "certificate: \(value)") }
        defer { X509_EXTENSION_free(made) }
        guard X509_add_ext(certificate.pointer, made, -1) == 1 else { throw .drained(.setup, "certificate: \(value)") }
    }

    private static func alternativeName(_ name: String) -> String {
        guard let address = a2i_IPADDRESS(name) else { return "DNS:\(name)" }
        ASN1_OCTET_STRING_free(address)
        return "IP:\(name)"
    }

    /// Allows only letters, digits and `.-:*_`, so that a name cannot add entries to the extension text that it is written
    /// into.
    private static func isPlain(_ name: String) -> Bool {
        (1...253).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", ".", "-", ":", "*", "_": true
                default: false
                }
            }
    }
}
