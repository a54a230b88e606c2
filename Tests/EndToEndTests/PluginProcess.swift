import Foundation
import Sandbox
import Synchronization
import TestSupport

/// The built plugin as a process of its own.
final class PluginProcess: Sendable {
    struct State: Sendable {
        var lines: [String] = []
        var exitCode: Int32?
    }

    struct Ended: Error {
        var log: [String]
    }

    let state = Observed(State())
    private let processID: Int32

    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = URL(filePath: try Binaries.path("teleport-mattermost"))
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        (process.standardError, process.standardOutput) = (output, output)
        let lines = Lines()
        output.fileHandleForReading.readabilityHandler = { [state] handle in
            let data = handle.availableData
            state.update { $0.lines += lines.take(data) }
            guard data.isEmpty else { return }
            handle.readabilityHandler = nil
            process.waitUntilExit()
            let code = process.terminationStatus
            state.update { $0.exitCode = code }
        }
        try process.run()
        processID = process.processIdentifier
    }

    deinit { if state.value.exitCode == nil { kill(processID, SIGKILL) } }

    /// Waits for a log line that contains `text`, one already written included.
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

    func send(_ signal: Int32) { kill(processID, signal) }

    /// Waits for the end, and gives the exit code.
    func exitCode() async throws -> Int32 { try await state.first { $0.exitCode != nil }.exitCode ?? -1 }

    func stop() async throws -> Int32 {
        send(SIGTERM)
        return try await exitCode()
    }
}

/// Cuts what a process writes into lines.
private final class Lines: Sendable {
    private let rest = Mutex(Data())

    /// The lines that end in `data`.
    func take(_ data: Data) -> [String] {
        rest.withLock { rest in
            rest += data
            var lines: [String] = []
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                rest = Data(rest[rest.index(after: end)...])
            }
            return lines
        }
    }
}
