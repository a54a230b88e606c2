import Access
import ActionCrypto
import Base
import CallbackServer
import Logging
import Mattermost
import NIOPosix
import Settings

/// Checks that the callback's address leads to the plugin and, by a person's click, that Mattermost can reach it.
struct CallbackCheck: Sendable {
    let settings: Settings
    let options: CheckOptions
    let report: CheckReport
    /// The certificate with which the check listens itself; nil for plain HTTP, or where there is none.
    let certificate: ListenerCertificate?
    let clicks: ClickCheck
    /// Logs the callbacks that are refused while a click is awaited.
    let logger: Logger

    static let name = "callback URL"

    func run() async {
        guard let publicURL = settings.http.publicURL, settings.approvals.hasButtons else {
            let why = "posts have no buttons"
            report.add(.skipped(Self.name, why))
            if options.asksForClick { report.add(.skipped(ClickCheck.name, why)) }
            return
        }
        guard certificate != nil || options.isPlainHTTP else {
            let why = "the HTTPS certificate cannot be served"
            report.add(.skipped(Self.name, why))
            if options.asksForClick { report.add(.skipped(ClickCheck.name, why)) }
            return
        }
        // An answer that holds this random text comes from this process.
        let sign = "check \(UInt64.random(in: .min ... .max))"
        await OwnListener.run(server(sign)) { failure in
            await probe(publicURL, sign, failure)
            guard options.asksForClick, !Task.isCancelled else { return }
            guard let failure else { return await clicks.run() }
            report.add(
                Self.step(
                    ClickCheck.name, failure,
                    mend: "Stop the plugin for the time of the test: its port is where the click must arrive."))
        }
    }

    private func server(_ sign: String) -> @Sendable (@escaping @Sendable () -> Void) -> CallbackServer {
        { bound in
            CallbackServer(
                configuration: CallbackServer.Configuration(
                    address: settings.http.listen, tls: certificate,
                    pathPrefix: settings.http.publicURL?.path ?? "",
                    admission: Live(CallbackServer.Admission(settings.http)),
                    // The probe may come through a proxy, and the answer holds nothing but the random text.
                    showsReasons: true),
                group: MultiThreadedEventLoopGroup.singleton, logger: logger,
                verify: { context, _ in clicks.verify(context) }, readiness: { Readiness(problems: [sign]) },
                bound: { _ in bound() }, decide: { click, respond in respond(clicks.answer(click)) })
        }
    }

    /// Makes a failed step with a mend that fits this check, because the error's own mend is written for the running plugin.
    private static func step(_ name: String, _ error: any Error, mend: String) -> CheckStep {
        .failed(name, (error as? any OperatorError)?.words ?? "\(error)", mend: mend)
    }

    /// Calls the callback's address from this machine and reports where it leads.
    /// - Parameter failure: the error that kept this process from listening itself; nil when it listens.
    private func probe(_ url: ServerURL, _ sign: String, _ failure: (any Error)?) async {
        if let failure, (failure as? ListenError)?.code != .addressInUse {
            return report.add(
                Self.step(Self.name, failure, mend: "Set [http] listen_addr to a free port and an address of this machine."))
        }
        do {
            let path = failure == nil ? "/readyz" : "/healthz"
            let answer = try await WebProbe(caFile: options.callbackCA).get("\(url)\(path)")
            let body = String(decoding: answer.body, as: UTF8.self)
            let isOurs = failure == nil ? body.contains(sign) : answer.status == 200 && body == #"{"status":"ok"}"#
            guard isOurs else {
                // Any other status document of a plugin is fine too: behind a load balancer another replica may answer.
                guard body.hasPrefix(#"{"status":""#) else { return report.add(elsewhere(url, answer.status, path)) }
                let words = "leads from here to a plugin that runs elsewhere, and not to this check"
                return report.add(.ok(Self.name, "\(url) \(words)"))
            }
            let who = failure == nil ? "this check, which listens in the plugin's place" : "the plugin that runs"
            report.add(.ok(Self.name, "\(url) leads from here to \(who)"))
        } catch {
            report.add(.failed(Self.name, "\(url) cannot be reached from here: \(error.words)", mend: mend(error, url)))
        }
    }

    private func elsewhere(_ url: ServerURL, _ status: Int, _ path: String) -> CheckStep {
        .failed(
            Self.name, "\(url)\(path) is answered with \(status), and not by the plugin",
            mend: "Let [http] public_addr, and a proxy where there is one, lead to listen_addr \(settings.http.listen).")
    }

    private func mend(_ failure: WebProbe.Failure, _ url: ServerURL) -> String {
        switch failure.reason {
        case .wrongName:
            "Serve a certificate for \(url.host), or set public_addr to a name that the certificate has."
        case .unusableCAs where options.callbackCA != nil:
            "Name with --callback-ca a PEM file that holds the certificate of the CA."
        case .unusableCAs: "Install the package ca-certificates."
        case .untrusted where options.callbackCA != nil:
            "Name with --callback-ca the CA that issued the certificate, or serve another certificate."
        case .untrusted:
            "If Mattermost's machine trusts the certificate's CA, name the CA's file with --callback-ca; else have it trusted there, "
                + "or serve another certificate."
        case .timedOut: "Open the way to \(url.authority): a firewall drops what is sent there."
        case .notHTTP: "Let public_addr, and a proxy where there is one, lead to listen_addr \(settings.http.listen)."
        case .unresolved: "Mend the host in [http] public_addr, or the DNS."
        case .network where url.scheme == .http && settings.http.tls != nil:
            "Let \(url.authority) lead to listen_addr \(settings.http.listen): nothing takes connections there, or it takes TLS "
                + "alone. The plugin's own listener does; for that, write https:// in [http] public_addr."
        case .network, .cancelled:
            "Let \(url.authority) lead to listen_addr \(settings.http.listen): nothing takes connections there."
        }
    }
}
