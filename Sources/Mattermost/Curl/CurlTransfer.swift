internal import Access
internal import CCurl

/// Owns one easy handle, which makes one call after another, and collects the answer. It is used on the loop's thread only.
final class CurlTransfer {
    let easy: UnsafeMutableRawPointer
    private(set) var job: CurlJob?

    private let options: CurlClient.Options
    private let errorText: UnsafeMutablePointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var answer = HTTPAnswer(status: 0)
    private var headBytes = 0
    private var hasHead = false
    private var isTooLarge = false
    private var maxBody: Int { job?.call.maxBody ?? options.maxBody }

    /// The largest size of all header lines together, in bytes, including those of 1xx answers.
    private static let maxHead = 64 << 10

    init?(_ options: CurlClient.Options) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.options = options
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    /// Sets all options for a call. Returns an error when libcurl refuses one.
    func prepare(_ job: CurlJob) -> CurlError? {
        clear()
        self.job = job
        var setter = CurlOptionSetter(easy: easy)
        setBounds(&setter, job.call)
        setRequest(&setter, job.call)
        setCallbacks(&setter)
        guard setter.result == CURLE_OK else {
            let error = CurlError(setter.result, text: "")
            clear()
            return error
        }
        return nil
    }

    /// Removes the call, with its token, so that the handle can be reused.
    func clear() {
        curl_easy_reset(easy)
        curl_slist_free_all(headers)
        headers = nil
        job = nil
        answer = HTTPAnswer(status: 0)
        headBytes = 0
        hasHead = false
        isTooLarge = false
        errorText[0] = 0
    }

    func outcome(of result: CURLcode) -> CurlJob.Outcome {
        if isTooLarge { return .failure(CurlError(CURLE_FILESIZE_EXCEEDED, text: "")) }
        guard result == CURLE_OK else {
            let text = String(cString: errorText)
            let verified = CCurl_verify_result(easy)
            return .failure(CurlError(result, text: text, verifyResult: verified, proxyStatus: CCurl_connect_code(easy)))
        }
        // libcurl accepts an answer whose connection closes within the header, so the end of the header is checked here.
        guard hasHead else { return .failure(CurlError(CURLE_GOT_NOTHING, text: "the answer ends within its header")) }
        answer.status = CCurl_response_code(easy)
        return .success(answer)
    }

    private func setBounds(_ set: inout CurlOptionSetter, _ call: HTTPCall) {
        set(CURLOPT_NOSIGNAL, 1)
        // Without this option, ending a transfer whose name server hangs would block the loop.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        setTrust(&set)
        setWay(&set)
        if options.isOnOwnMachine {
            set(CURLOPT_SSL_VERIFYPEER, 0)
            set(CURLOPT_SSL_VERIFYHOST, 0)
        }
        set(CURLOPT_CONNECTTIMEOUT_MS, min(options.connectTimeLimit, call.timeLimit).wholeMilliseconds)
        set(CURLOPT_TIMEOUT_MS, call.timeLimit.wholeMilliseconds)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_TCP_KEEPIDLE, 30)
        set(CURLOPT_TCP_KEEPINTVL, 10)
        // PIPEWAIT stays off: with it, one stalled first answer would delay all other calls to the host.
        set(CURLOPT_MAXFILESIZE_LARGE, offset: maxBody)
        set(CURLOPT_ERRORBUFFER, pointer: errorText)
    }

    /// How long libcurl may keep the authorities of a file that it has read. By default it would not see a new file for a day.
    private static let trustMemory = 60

    private func setTrust(_ set: inout CurlOptionSetter) {
        guard let file = options.caFile else { return }
        set(CURLOPT_CAINFO, file)
        // Otherwise the system's folder of authorities would be trusted too.
        set(CURLOPT_CAPATH, pointer: nil)
        set(CURLOPT_CA_CACHE_TIMEOUT, Self.trustMemory)
    }

    private func setWay(_ set: inout CurlOptionSetter) {
        switch options.way {
        case .asInEnvironment: break
        case .direct: set(CURLOPT_NOPROXY, "*")
        case .proxy(let proxy):
            set(CURLOPT_PROXY, "http://\(proxy)")
            set(CURLOPT_NOPROXY, "")
            // The proxy's own headers are no part of the answer.
            set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
            guard let credentials = proxy.credentials else { return }
            set(CURLOPT_PROXYUSERNAME, credentials.user)
            set(CURLOPT_PROXYPASSWORD, credentials.password.reveal())
        }
    }

    private func setRequest(_ set: inout CurlOptionSetter, _ call: HTTPCall) {
        set(CURLOPT_URL, call.url)
        set(CURLOPT_USERAGENT, "teleport-mattermost")
        if let token = call.token { set.append("Authorization: Bearer \(token.reveal())", to: &headers) }
        set.append("Accept: application/json", to: &headers)
        // Without this empty header libcurl waits a second for "100 Continue" before it sends a large body.
        set.append("Expect:", to: &headers)
        if let body = call.body {
            set.append("Content-Type: application/json", to: &headers)
            set.body(body)
        }
        if call.method != .get { set(CURLOPT_CUSTOMREQUEST, call.method.rawValue) }
        set(CURLOPT_HTTPHEADER, list: headers)
    }

    private func setCallbacks(_ set: inout CurlOptionSetter) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        set(CURLOPT_WRITEDATA, pointer: context)
        set(CURLOPT_HEADERDATA, pointer: context)
        set(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            CurlTransfer.receive(bytes, size &* count, context) { $0.appendBody($1) }
        }
        set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            CurlTransfer.receive(bytes, size &* count, context) { $0.appendHead($1) }
        }
    }

    /// Appends received bytes and returns how many were taken. libcurl ends the transfer when that is fewer than it passed.
    private static func receive(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
        into append: (CurlTransfer, UnsafeRawBufferPointer) -> Bool
    ) -> Int {
        guard let context else { return 0 }
        let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
        return append(transfer, UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
    }

    private func appendBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= maxBody - answer.body.count else {
            isTooLarge = true
            return false
        }
        answer.body.append(contentsOf: bytes)
        return true
    }

    private func appendHead(_ line: UnsafeRawBufferPointer) -> Bool {
        headBytes += line.count
        guard headBytes <= Self.maxHead else {
            isTooLarge = true
            return false
        }
        if line.starts(with: "HTTP/".utf8) { hasHead = false }
        if line.elementsEqual("\r\n".utf8) || line.elementsEqual("\n".utf8) { hasHead = true }
        answer.note(header: line)
        return true
    }
}
