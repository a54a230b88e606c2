import Sandbox
import Testing

@Suite("The demo's page, in a real browser", .serialized, .timeLimit(.minutes(2)))
struct PageTests {
    @Test("A request made in the form is approved by a click on its button, and page and Teleport say so")
    func approve() async throws {
        try await Stage.with { stage in
            let plugin = try await stage.startPlugin()
            try await Browser.with { browser in
                try await browser.open(try await stage.mattermost.url)
                let reason = try await browser.find("[data-testid='request-reason']")
                try await reason.clear()
                try await reason.type("Deploy the mend")
                try await browser.find("[data-testid='request-submit']").click()

                let pending = "[data-testid='post'][data-state='pending']"
                #expect(try await browser.find(pending).text.contains("Deploy the mend"))
                try await browser.find("\(pending) [data-testid='approve']").click()

                let approved = try await browser.find("[data-testid='post'][data-state='approved']").text
                #expect(approved.contains("APPROVED by @"), "\(approved)")
                #expect(try await browser.find("[data-testid='ephemeral']").text.contains("You approved the request"))
            }
            #expect(stage.auth.auditLog.map(\.state) == [.approved])
            #expect(stage.auth.auditLog.first?.delegator.hasPrefix("mattermost:") == true)
            #expect(try await plugin.stop() == 0)
        }
    }
}
