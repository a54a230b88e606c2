internal import CCurl

/// Sets options of an easy handle, and keeps the first error in `result`.
struct CurlOptionSetter {
    let easy: UnsafeMutableRawPointer
    private(set) var result = CURLE_OK

    init(easy: UnsafeMutableRawPointer) { self.easy = easy }

    mutating func callAsFunction(_ option: CURLoption, _ value: Int) {
        note(CCurl_set_long(easy, option, value))
    }

    mutating func callAsFunction(_ option: CURLoption, _ value: String) {
        note(CCurl_set_string(easy, option, value))
    }

    mutating func callAsFunction(_ option: CURLoption, offset value: Int) {
        note(CCurl_set_offset(easy, option, curl_off_t(value)))
    }

    mutating func callAsFunction(_ option: CURLoption, pointer value: UnsafeMutableRawPointer?) {
        note(CCurl_set_pointer(easy, option, value))
    }

    mutating func callAsFunction(_ option: CURLoption, list value: UnsafeMutablePointer<curl_slist>?) {
        note(CCurl_set_list(easy, option, value))
    }

    mutating func callAsFunction(_ option: CURLoption, _ value: @escaping CCurlDataCallback) {
        note(CCurl_set_callback(easy, option, value))
    }

    /// Sets the body of the request. libcurl copies the bytes.
    mutating func body(_ bytes: [UInt8]) {
        note(CCurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
        bytes.withUnsafeBytes { buffer in
            // An empty array may have no address, and libcurl takes a null pointer as "read the body from a callback".
            var none: UInt8 = 0
            withUnsafeMutablePointer(to: &none) { empty in
                let start = buffer.baseAddress.map(UnsafeMutableRawPointer.init(mutating:))
                note(CCurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, start ?? UnsafeMutableRawPointer(empty)))
            }
        }
    }

    mutating func append(_ line: String, to list: inout UnsafeMutablePointer<curl_slist>?) {
        guard let longer = curl_slist_append(list, line) else { return note(CURLE_OUT_OF_MEMORY) }
        list = longer
    }

    private mutating func note(_ code: CURLcode) {
        if result == CURLE_OK { result = code }
    }
}
