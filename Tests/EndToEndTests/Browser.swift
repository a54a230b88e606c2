import Foundation
import FoundationNetworking
import Sandbox
import TestSupport

/// A headless Chromium, driven through Debian's `chromium-driver` by the WebDriver protocol (W3C).
final class Browser: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let driver: Int32
    private let session: String

    /// Starts the driver and a browser, and ends both after `body`.
    static func with<Result: Sendable>(_ body: (Browser) async throws -> Result) async throws -> Result {
        let port = try FreePort.find()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/chromedriver")
        process.arguments = ["--port=\(port)"]
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        guard output.fileHandleForReading.readLine(containing: "started successfully") else {
            throw Failure(description: "chromedriver did not start")
        }
        let browser = try await Browser(driver: process.processIdentifier, address: "http://127.0.0.1:\(port)/session")
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(browser)) } catch { result = .failure(error) }
        _ = try? await browser.call("DELETE", "")
        return try result.get()
    }

    private init(driver: Int32, address: String) async throws {
        self.driver = driver
        let options: JSON = [
            "capabilities": [
                "alwaysMatch": [
                    "goog:chromeOptions": [
                        "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,900"]
                    ],
                    "timeouts": ["implicit": 15000],
                ]
            ]
        ]
        let answer = try await Self.request("POST", address, options)
        guard let id = answer["value"]?["sessionId"]?.text else { throw Failure(description: "no session: \(answer)") }
        session = "\(address)/\(id)"
    }

    func open(_ url: String) async throws { _ = try await call("POST", "/url", ["url": .string(url)]) }

    /// Waits, up to 15 s, for the element to be there.
    func find(_ selector: String) async throws -> Element {
        let answer = try await call("POST", "/element", ["using": "css selector", "value": .string(selector)])
        guard let id = answer["value"]?["element-6066-11e4-a52e-4f735466cecf"]?.text else {
            throw Failure(description: "no element \(selector): \(answer)")
        }
        return Element(id: id, browser: self)
    }

    struct Element: Sendable {
        let id: String
        let browser: Browser

        func click() async throws { _ = try await browser.call("POST", "/element/\(id)/click", [:]) }
        func type(_ text: String) async throws {
            _ = try await browser.call("POST", "/element/\(id)/value", ["text": .string(text)])
        }
        func clear() async throws { _ = try await browser.call("POST", "/element/\(id)/clear", [:]) }
        var text: String {
            get async throws { try await browser.call("GET", "/element/\(id)/text")["value"]?.text ?? "" }
        }
    }

    fileprivate func call(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        let answer = try await Self.request(method, session + path, body)
        if let error = answer["value"]?["error"]?.text { throw Failure(description: "\(method) \(path): \(error)") }
        return answer
    }

    private static func request(_ method: String, _ address: String, _ body: JSON?) async throws -> JSON {
        guard let url = URL(string: address) else { throw Failure(description: "no URL: \(address)") }
        var request = URLRequest(url: url, timeoutInterval: 30)
        request.httpMethod = method
        if let body {
            request.httpBody = Data(body.goEncoded)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, _) = try await URLSession.shared.data(for: request)
        guard let json = JSON(bytes: [UInt8](data)) else { throw Failure(description: "no JSON from \(method) \(address)") }
        return json
    }
}

extension FileHandle {
    /// Reads up to a line that contains `text`; false when there is none.
    fileprivate func readLine(containing text: String) -> Bool {
        var read = Data()
        while case let data = availableData, !data.isEmpty {
            read += data
            if String(decoding: read, as: UTF8.self).contains(text) { return true }
        }
        return false
    }
}
