import Foundation
import Sandbox
import TestSupport

/// The built plugin as a process of its own.
final class PluginProcess: Sendable {
    struct State: Sendable {
        var lines: [String] = []
        /// The times at which the lines were read.
        var times: [ContinuousClock.Instant] = []
        var exitCode: Int32?
    }

    struct Ended: Error {
        var log: [String]
    }

    let state = Observed(State())
    private let processID: Int32

    /// - Parameter launcher: a program with its arguments that replaces itself by the plugin, whose command line follows.
    init(
        _ arguments: [String], environment: [String: String] = [:], build: Binaries.Build = .chosen, launcher: [String] = []
    ) throws {
        let process = Process()
        let command = launcher + [try Binaries.path("teleport-mattermost", build)] + arguments
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        (process.standardError, process.standardOutput) = (output, output)
        try process.run()
        processID = process.processIdentifier
        // The output is read by a thread of its own, because Foundation's handlers for readable files crash now and then when
        // their file is closed.
        Thread.detachNewThread { [state] in
            var lines = Lines()
            while case let data = output.fileHandleForReading.nextBytes(), !data.isEmpty {
                let new = lines.take(data)
                state.update { state in
                    state.lines += new
                    state.times += new.map { _ in .now }
                }
            }
            process.waitUntilExit()
            let code = process.terminationStatus
            state.update { $0.exitCode = code }
        }
    }

    deinit { if state.value.exitCode == nil { kill(processID, SIGKILL) } }

    /// Waits for a log line that contains `text`. A line that was written already counts too.
    @discardableResult
    func line(containing text: String) async throws -> String {
        let found = try await state.first { $0.exitCode != nil || $0.lines.contains { $0.contains(text) } }
        guard let line = found.lines.first(where: { $0.contains(text) }) else { throw Ended(log: found.lines) }
        return line
    }

    func isReady() async throws {
        try await line(containing: "health check finished ok")
        try await line(containing: "Watcher connected")
    }

    /// The time that the processors spent on the process, from `/proc`, which counts 100 ticks a second.
    var cpuMilliseconds: Int {
        get throws {
            let text = try String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8)
            let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
            return [12, 13].compactMap { fields.indices.contains($0) ? Int(fields[$0]) : nil }.reduce(0, +) * 10
        }
    }

    var residentKilobytes: Int {
        get throws {
            let text = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
            let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
            return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
        }
    }

    /// The names of the process's threads.
    var threads: [String] {
        get throws {
            let folder = "/proc/\(processID)/task"
            return try FileManager.default.contentsOfDirectory(atPath: folder).map {
                try String(contentsOfFile: "\(folder)/\($0)/comm", encoding: .utf8).trimmingCharacters(in: .newlines)
            }
        }
    }

    func send(_ signal: Int32) { kill(processID, signal) }

    /// Limits the size of the files that the process writes. With nil there is no limit.
    func limitFiles(to bytes: Int?) throws {
        let size = bytes.map(String.init) ?? "unlimited"
        _ = try Certificates.run("/usr/bin/prlimit", ["--pid", "\(processID)", "--fsize=\(size):unlimited"])
    }

    /// Waits for the process to end, and returns its exit code.
    func exitCode() async throws -> Int32 { try await state.first { $0.exitCode != nil }.exitCode ?? -1 }

    func stop() async throws -> Int32 {
        send(SIGTERM)
        return try await exitCode()
    }
}

/// Splits the output of a process into lines.
private struct Lines {
    private var rest = Data()

    /// Adds data, and returns the lines that are complete now.
    mutating func take(_ data: Data) -> [String] {
        rest += data
        var lines: [String] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
            rest = Data(rest[rest.index(after: end)...])
        }
        return lines
    }
}
