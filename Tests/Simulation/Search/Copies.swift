import Glibc

/// Copies this process by `fork`, which Swift does not offer because a copy has one thread. This process has one thread anyway.
/// Returns zero in the copy, and its number otherwise, which is negative if there is none.
func copyProcess() -> Int32 {
    guard let symbol = dlsym(nil, "fork") else { return -1 }
    fflush(nil)
    return unsafeBitCast(symbol, to: (@convention(c) () -> Int32).self)()
}

/// Waits for a copy of this process to end. Returns its status, which is zero if all is well.
func status(ofCopy number: Int32) -> Int32 {
    var status: Int32 = 0
    while waitpid(number, &status, 0) < 0, errno == EINTR {}
    return status
}

/// Memory that copies of this process share.
struct SharedMemory<Element: BitwiseCopyable> {
    let elements: UnsafeMutableBufferPointer<Element>

    /// Returns nil if there is no such memory. All its bytes are zero before `first` is written to each place.
    init?(repeating first: Element, count: Int) {
        let size = max(count, 1) * MemoryLayout<Element>.stride
        let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else { return nil }
        elements = UnsafeMutableBufferPointer(start: memory.bindMemory(to: Element.self, capacity: count), count: count)
        elements.initialize(repeating: first)
    }

    func free() { munmap(elements.baseAddress, max(elements.count, 1) * MemoryLayout<Element>.stride) }
}
