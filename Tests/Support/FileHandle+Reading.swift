package import Foundation
import Glibc

extension FileHandle {
    /// Waits for data, and returns it. At the end of the file the result is empty. Foundation's own function traps when a
    /// signal interrupts it.
    package func nextBytes() -> Data {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(fileDescriptor, &buffer, buffer.count)
            if count >= 0 { return Data(buffer.prefix(count)) }
            guard errno == EINTR else { return Data() }
        }
    }

    package func allBytes() -> Data {
        var all = Data()
        while case let data = nextBytes(), !data.isEmpty { all += data }
        return all
    }
}
