import Access
import Foundation
import Sandbox
import TestSupport

// The module is imported for its HTTP client. Foundation's client and the system's libcurl do not work together in one process.
@testable import Mattermost

/// A headless Chromium, driven through Debian's `chromium-driver` by the WebDriver protocol (W3C).
final class Browser: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let curl: CurlClient
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
        defer { process.terminate() }
        guard output.fileHandleForReading.readLine(containing: "started successfully") else {
            throw Failure(description: "chromedriver did not start")
        }
        let curl = try CurlClient()
        defer { curl.shutdown() }
        let address = "http://127.0.0.1:\(port)"
        let browser = try await Browser(curl: curl, address: address)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(browser)) } catch { result = .failure(error) }
        // The driver ends the browser too.
        _ = try? await request(curl, .get, "\(address)/shutdown", nil)
        return try result.get()
    }

    private init(curl: CurlClient, address: String) async throws {
        self.curl = curl
        let options: Sandbox.JSON = [
            "capabilities": [
                "alwaysMatch": [
                    "goog:chromeOptions": [
                        "args": [
                            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                            "--window-size=1280,900",
                        ]
                    ],
                    "timeouts": ["implicit": 15000],
                ]
            ]
        ]
        let answer = try await Self.request(curl, .post, "\(address)/session", options)
        guard let id = answer["value"]?["sessionId"]?.text else { throw Failure(description: "no session: \(answer)") }
        session = "\(address)/session/\(id)"
    }

    func open(_ url: String) async throws { _ = try await call(.post, "/url", ["url": .string(url)]) }

    /// Waits up to 15 s for the element to appear.
    func find(_ selector: String) async throws -> Element {
        let answer = try await call(.post, "/element", ["using": "css selector", "value": .string(selector)])
        guard let id = answer["value"]?["element-6066-11e4-a52e-4f735466cecf"]?.text else {
            throw Failure(description: "no element \(selector): \(answer)")
        }
        return Element(id: id, browser: self)
    }

    struct Element: Sendable {
        let id: String
        let browser: Browser

        func click() async throws { _ = try await browser.call(.post, "/element/\(id)/click", [:]) }
        func type(_ text: String) async throws {
            _ = try await browser.call(.post, "/element/\(id)/value", ["text": .string(text)])
        }
        func clear() async throws { _ = try await browser.call(.post, "/element/\(id)/clear", [:]) }
        var text: String {
            get async throws { try await browser.call(.get, "/element/\(id)/property/textContent")["value"]?.text ?? "" }
        }
    }

    fileprivate func call(_ method: HTTPCall.Method, _ path: String, _ body: Sandbox.JSON? = nil) async throws -> Sandbox.JSON {
        let answer = try await Self.request(curl, method, session + path, body)
        if let error = answer["value"]?["error"]?.text { throw Failure(description: "\(path): \(error)") }
        return answer
    }

    private static func request(
        _ curl: CurlClient, _ method: HTTPCall.Method, _ url: String, _ body: Sandbox.JSON?
    ) async throws -> Sandbox.JSON {
        let call = HTTPCall(
            method: method, url: url, token: Secret("none"), body: body?.goEncoded, timeLimit: .seconds(30))
        let answer = try await curl.perform(call)
        guard let json = Sandbox.JSON(bytes: answer.body) else { throw Failure(description: "no JSON from \(url)") }
        return json
    }
}

extension FileHandle {
    /// Reads until `text` has appeared. Returns false when the output ends without it.
    fileprivate func readLine(containing text: String) -> Bool {
        var read = Data()
        while case let data = nextBytes(), !data.isEmpty {
            read += data
            if String(decoding: read, as: UTF8.self).contains(text) { return true }
        }
        return false
    }
}
