import Foundation

private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// The main loop of libFuzzer. It is in the library that `-sanitize=fuzzer` links.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The entry point that SwiftPM gives the executable `fuzz`. The variable `FUZZ_TARGET` names the target. If `FUZZ_SEEDS` names
/// a folder, the target's seeds are written there instead of fuzzing.
@_cdecl("fuzz_main")
func fuzzMain(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    guard let chosen = target else {
        print("FUZZ_TARGET is none of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
        return 2
    }
    if let folder = ProcessInfo.processInfo.environment["FUZZ_SEEDS"] {
        known {
            for (number, seed) in try chosen.seeds().enumerated() {
                try Data(seed).write(to: URL(filePath: folder).appending(path: "seed-\(number)"))
            }
        }
        return 0
    }
    var (count, arguments) = (count, arguments)
    return runFuzzer(&count, &arguments) { start, count in
        target?.run(UnsafeRawBufferPointer(start: start, count: count))
        return 0
    }
}

private let target = ProcessInfo.processInfo.environment["FUZZ_TARGET"].flatMap { FuzzTarget(rawValue: $0) }
