import Foundation
import Testing

/// Runs the simulation as a process of its own, because its hash tables have to be deterministic.
@Suite("Simulated worlds", .serialized, .timeLimit(.minutes(5)))
struct SimulationTests {
    /// Runs `simulate` of this build and returns its output.
    private func simulate(_ arguments: String...) throws -> (output: String, code: Int32) {
        // The program of the tests lies beside the others of its build.
        let tests = URL(filePath: CommandLine.arguments[0])
        let process = Process()
        process.executableURL = tests.deletingLastPathComponent().appending(path: "simulate")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: output, as: UTF8.self), process.terminationStatus)
    }

    @Test("Each of 100 seeds gives the same world twice, to the last line")
    func deterministic() throws {
        let (output, code) = try simulate("--twice", "100", "--requests", "2")
        #expect(code == 0 && output.contains("the same lines"), "\(output.suffix(2000))")
    }

    @Test("Nothing goes wrong in twenty seconds of worlds")
    func nothingGoesWrong() throws {
        let (output, code) = try simulate("--seconds", "20", "--requests", "5")
        #expect(code == 0 && output.contains("Nothing went wrong"), "\(output.suffix(8000))")
    }

    @Test("Nothing goes wrong in any order of calls in which a replica is interrupted by people alone")
    func everyOrder() throws {
        let (output, code) = try simulate("--exhaustive", "--faults", "0", "--switches", "0")
        #expect(code == 0 && output.contains("Nothing went wrong. Complete."), "\(output.suffix(8000))")
    }

    @Test("Nothing goes wrong in the first orders of calls with a fault")
    func ordersWithFault() throws {
        let (output, code) = try simulate("--exhaustive", "--faults", "1", "--switches", "1", "--seconds", "10")
        #expect(code == 0 && output.contains("Nothing went wrong"), "\(output.suffix(8000))")
    }
}
