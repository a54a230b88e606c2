import COpenSSL

/// Returns the first common name (`CN`) in a distinguished name; nil if there is none.
func commonName(_ name: OpaquePointer?) -> String? { entries(of: name, NID_commonName).first }

/// Returns all values of an attribute in a distinguished name, in order.
func entries(of name: OpaquePointer?, _ attribute: Int32) -> [String] {
    guard let name else { return [] }
    var values: [String] = []
    var index = X509_NAME_get_index_by_NID(name, attribute, -1)
    while index >= 0 {
        if let entry = X509_NAME_get_entry(name, index), let value = X509_NAME_ENTRY_get_data(entry) {
            var text: UnsafeMutablePointer<UInt8>?
            let length = ASN1_STRING_to_UTF8(&text, value)
            if length >= 0, let text {
                values.append(String(decoding: UnsafeBufferPointer(start: text, count: Int(length)), as: UTF8.self))
                shim_OPENSSL_free(text)
            }
        }
        index = X509_NAME_get_index_by_NID(name, attribute, index)
    }
    return values
}
