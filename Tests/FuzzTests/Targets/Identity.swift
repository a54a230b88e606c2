import Access

@testable import ActionCrypto
@testable import Watcher

/// Checks that an identity file is read part by part, or refused with a text.
func fuzzIdentity(_ input: UnsafeRawBufferPointer) {
    do throws(IdentityFile.Fault) {
        let file = try IdentityFile(Array(input))
        must(!file.authorities.isEmpty, "an identity that trusts nobody")
        must(file.key.label.hasSuffix("PRIVATE KEY"), "a key that is none")
        try file.check()
    } catch {
        must(!error.words.isEmpty, "refused without a reason")
    }
}

extension FuzzTarget {
    /// Returns identity files with their parts in the order in which `tctl auth sign` writes them. The key is made anew each
    /// time.
    static func identities() throws -> [[UInt8]] {
        let identity = try SelfSigned.identity(names: ["localhost"])
        let ssh = Array("ssh-rsa-cert-v01@openssh.com AAAA\n".utf8)
        let authority = Array("@cert-authority *.live.example ssh-rsa AAAA type=host\n".utf8)
        let whole = identity.privateKey.reveal() + ssh + identity.certificateChain + authority + identity.certificateChain
        return [
            whole, whole + Array("something else\n".utf8) + whole, identity.certificateChain + identity.privateKey.reveal(),
        ]
    }
}
