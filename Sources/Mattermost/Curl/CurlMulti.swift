internal import CCurl

/// Owns libcurl's multi handle.
///
/// `@unchecked Sendable` because the pointer is shared for one purpose: libcurl allows `curl_multi_wakeup`, and nothing
/// else, from any thread. Everything else is done by ``CurlLoop`` on its own thread.
final class CurlMulti: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    /// libcurl's process-wide set-up; it must happen once, before any handle.
    private static let isReady = CCurl_global_init() == CURLE_OK

    /// Nil when libcurl has no memory or no TLS.
    init?(keptConnections: Int) {
        guard Self.isReady, let pointer = curl_multi_init() else { return nil }
        self.pointer = pointer
        // Without it the pool is four times the handles in use: bursts reconnect.
        _ = CCurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, keptConnections)
    }

    deinit { curl_multi_cleanup(pointer) }

    /// Ends the loop's poll, at once or, if it is not polling now, the next time.
    func wakeUp() { _ = curl_multi_wakeup(pointer) }
}
