internal import CCurl

/// Owns libcurl's multi handle.
///
/// It is `@unchecked Sendable` because libcurl allows `curl_multi_wakeup`, and nothing else, from any thread. All other calls
/// are made by ``CurlLoop`` on its own thread.
final class CurlMulti: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    /// Whether libcurl's process-wide initialization succeeded. It must run once, before any handle is made.
    private static let isReady = CCurl_global_init() == CURLE_OK

    /// Nil when libcurl lacks memory or TLS.
    init?(keptConnections: Int) {
        guard Self.isReady, let pointer = curl_multi_init() else { return nil }
        self.pointer = pointer
        // By default libcurl keeps four connections per handle in use, so after a quiet time a burst would have to reconnect.
        _ = CCurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, keptConnections)
    }

    deinit { curl_multi_cleanup(pointer) }

    /// Ends the loop's poll. If the loop is not polling now, its next poll ends at once.
    func wakeUp() { _ = curl_multi_wakeup(pointer) }
}
