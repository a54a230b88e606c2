import Access
import ArgumentParser
import Glibc
import Settings

/// Asks the plugin that runs on this machine for a page, over its control socket.
struct ControlClient {
    /// The time limit of each read in seconds. The plugin itself gives up earlier.
    private static let limit = 30
    /// The largest answer in bytes, which is that of some 10,000 requests.
    private static let largest = 16 << 20

    let path: String

    init(path: String) { self.path = path }

    /// - Throws: an error with a mend if the configuration leaves no place for the socket.
    init(configuration: String) throws {
        let setting = try Settings.load(configuration).diagnostics.socket
        guard let path = ControlSocket.path(setting) else {
            throw ControlSocket.Failure(
                words: setting == .off ? "[diagnostics] socket is \"off\"." : "the control socket has no folder.",
                mend: "Set [diagnostics] socket to a path in a folder of the plugin's user.")
        }
        self.path = path
    }

    /// Prints the page. The exit code is 1 if the plugin answers that it could not make it.
    func printPage(_ page: String) throws {
        let answer = try get(page)
        try CommandOutput.write(answer.body)
        if !answer.isWell { throw ExitCode.failure }
    }

    func get(_ page: String) throws(ControlSocket.Failure) -> (isWell: Bool, body: String) {
        let descriptor = try connect()
        defer { close(descriptor) }
        let request = Array("GET \(page) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        let isSent = request.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard isSent == request.count else { throw ControlSocket.failure(path) }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw ControlSocket.failure(path) }
            if count == 0 { break }
            answer += chunk[..<count]
            guard answer.count <= Self.largest else { throw ControlSocket.Failure(words: "the answer is too large.") }
        }
        return try Self.parse(String(decoding: answer, as: UTF8.self), path)
    }

    static func parse(_ answer: String, _ path: String) throws(ControlSocket.Failure) -> (isWell: Bool, body: String) {
        guard answer.utf8.starts(with: "HTTP/1.1 ".utf8), let end = answer.firstRange(of: "\r\n\r\n") else {
            throw ControlSocket.Failure(
                words: "the plugin at \(path) closed the connection without an answer.",
                mend: "Run the command as root or as the plugin's user.")
        }
        return (answer.utf8.starts(with: "HTTP/1.1 200 ".utf8), String(answer[end.upperBound...]))
    }

    private func connect() throws(ControlSocket.Failure) -> Int32 {
        do throws(ControlSocket.Failure) {
            return try ControlSocket.connect(to: path, within: Self.limit)
        } catch {
            switch error.code {
            case ENOENT, ECONNREFUSED:
                throw ControlSocket.Failure(
                    words: "the plugin does not run: nobody answers at \(path).",
                    mend: "Start it, or name its configuration with --config.")
            case EACCES, EPERM:
                throw ControlSocket.Failure(
                    words: "\(path) is not for this user.", mend: "Run the command as root or as the plugin's user.")
            default: throw error
            }
        }
    }
}
