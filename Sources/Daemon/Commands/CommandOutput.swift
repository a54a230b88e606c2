import Access
import Glibc

/// The standard output of a command whose output is its purpose. It is written whole, or the command fails.
enum CommandOutput {
    struct Failure: OperatorError, Equatable {
        var words: String
        var mend: String? { nil }
    }

    static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) throws(Failure) {
        var left = Array(text.utf8)[...]
        while !left.isEmpty {
            let count = left.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                left = left.dropFirst(count)
            } else if errno != EINTR {
                throw Failure(words: "the output could not be written: \(String(cString: strerror(errno)))")
            }
        }
    }
}
