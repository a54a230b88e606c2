import Base
import Testing

@testable import CallbackServer

@Suite("Who is let in, changed while the listener runs", .timeLimit(.minutes(1)))
struct AdmissionTests {
    private static func ranges(_ texts: String...) -> AddressRanges { AddressRanges(texts.compactMap(AddressRange.init)) }

    private static let nobody = CallbackServer.Admission(allowedSources: ranges("192.0.2.1"))

    /// The status of a reply.
    private func status(_ reply: String) -> Substring { reply.dropFirst(9).prefix(3) }

    @Test("Each request of a connection is judged by what is in force at that moment: addresses, password and proxies")
    func replaced() async throws {
        let admission = Live(CallbackServer.Admission())
        let click = try ClickText.signed()
        try await RunningServer.with(admission: admission) { server in
            let client = try await server.client()
            func ask(_ fields: String = "") async -> Substring {
                status(await client.reply(to: ClickText.post(click, fields: fields)))
            }
            let (password, forwarded) = ("Authorization: Basic dTpw\r\n", "X-Forwarded-For: 203.0.113.1\r\n")
            #expect(await ask() == "200")
            admission.replace(with: Self.nobody)
            #expect(await ask() == "403")
            admission.replace(with: .init(basicAuth: BasicAuth(user: "u", password: .init("p"))))
            #expect(await ask() == "401")
            #expect(await ask(password) == "200")
            admission.replace(with: .init(basicAuth: BasicAuth(user: "u", password: .init("q"))))
            #expect(await ask(password) == "401")
            admission.replace(with: .init(allowedSources: Self.ranges("203.0.113.1")))
            #expect(await ask(forwarded) == "403")
            admission.replace(
                with: .init(trustedProxies: Self.ranges("127.0.0.1"), allowedSources: Self.ranges("203.0.113.1")))
            #expect(await ask(forwarded) == "200")
            #expect(await ask() == "403")
            await client.close()
        }
    }

    @Test("A request whose head arrived before a change is judged to its end by what was in force then")
    func inFlight() async throws {
        let admission = Live(CallbackServer.Admission())
        let click = try ClickText.signed()
        try await RunningServer.with(admission: admission) { server in
            for (old, new, expected) in [
                (CallbackServer.Admission(), Self.nobody, "200"), (Self.nobody, CallbackServer.Admission(), "403"),
            ] {
                admission.replace(with: old)
                let client = try await server.client()
                let text = ClickText.post(click, fields: "Expect: 100-continue\r\n")
                let head = text.dropLast(click.count)
                client.send(String(head))
                // Whoever is let in is asked for the body, and the others are refused at once.
                let answer = await client.start()
                #expect(status(answer) == (expected == "200" ? "100" : "403"))
                admission.replace(with: new)
                if expected == "200" { #expect(status(await client.reply(to: click)) == "200") }
                await client.close()
            }
        }
    }
}
