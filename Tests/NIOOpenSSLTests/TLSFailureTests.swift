import ActionCrypto
import Testing

@testable import NIOOpenSSL

@Suite("The kept failure") struct TLSFailureTests {
    @Test("The first failure is kept, and later ones do not replace it")
    func first() {
        let failure = TLSFailure()
        #expect(failure.error == nil)
        failure.keep(OpenSSLError(.alert, "TLS read failed", reasons: ["tlsv1 alert unknown ca"]))
        failure.keep(OpenSSLError(.closed, "closed"))
        #expect(failure.error?.description == "TLS read failed: tlsv1 alert unknown ca")
    }
}
