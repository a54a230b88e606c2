import Foundation
import Sandbox
import TestSupport
import Testing

@Suite("The threads of the built plugin", .timeLimit(.minutes(2)))
struct ThreadsTests {
    @Test("After a decision there is none of libdispatch's, which would wake each second")
    func noTick() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            let id = stage.auth.createRequest(user: "carol", roles: ["dba"])
            let post = try await stage.post(about: id, showing: "pending")
            _ = try await stage.click("approve", on: post, as: "alice")
            _ = try await stage.post(about: id, showing: "approved")
            // libcurl's thread has the name of the loop that started it.
            let others = try plugin.threads.filter { !$0.hasPrefix("NIO-ELT-") }
            #expect(others == ["teleport-matter"])
            #expect(try await plugin.stop() == 0)
        }
    }
}
