import ActionCrypto

/// The parts of an identity file, which `tctl auth sign --format=file` and `tbot` write: PEM blocks with other lines between
/// them.
///
/// The file is read as Teleport reads it (`api/identityfile`): the first block with a private key is the client's key, the
/// first certificate is the client's, all further certificates are CAs, the first line `@cert-authority` names the cluster, and
/// everything else is ignored.
struct IdentityFile {
    /// The error for a file that cannot be used. The words contain the number of the line, if there is one.
    struct Fault: Error, Equatable {
        var words: String
    }

    struct Block {
        var label: String
        /// The number of the block's first line, counted from 1.
        var line: Int
        var pem: [UInt8]
    }

    var key: Block
    var certificate: Block
    var authorities: [Block]
    /// The name of the cluster in the first `@cert-authority` line; nil if there is no such line.
    var clusterName: String?

    init(_ bytes: [UInt8]) throws(Fault) {
        let scan = try Scan(bytes)
        guard !scan.blocks.isEmpty else { throw Fault(words: "holds no PEM block: it is no identity file") }
        guard let key = scan.blocks.first(where: { $0.label.hasSuffix("PRIVATE KEY") }) else {
            throw Fault(words: "holds no private key (no line \"-----BEGIN … PRIVATE KEY-----\")")
        }
        guard key.label != "OPENSSH PRIVATE KEY" else {
            throw Fault(words: "line \(key.line): the private key is in OpenSSH's own form, which TLS cannot use")
        }
        guard key.label != "ENCRYPTED PRIVATE KEY" else {
            throw Fault(words: "line \(key.line): the private key is encrypted")
        }
        let certificates = scan.blocks.filter { $0.label == "CERTIFICATE" }
        guard let certificate = certificates.first else {
            throw Fault(words: "holds no client certificate (no line \"-----BEGIN CERTIFICATE-----\")")
        }
        guard certificates.count > 1 else {
            throw Fault(words: "holds no CA certificate: the one certificate, on line \(certificate.line), is the client's")
        }
        (self.key, self.certificate, authorities) = (key, certificate, Array(certificates.dropFirst()))
        clusterName = scan.clusterName
    }

    /// Parses every certificate and the key, so that an error can name the line of the block that is wrong.
    func check() throws(Fault) {
        try check(certificate, "client certificate")
        for authority in authorities { try check(authority, "CA certificate") }
        do throws(OpenSSLError) {
            try TLSIdentity.checkKey(key.pem)
        } catch {
            throw Fault(words: "line \(key.line): the private key cannot be read: \(error)")
        }
    }

    private func check(_ block: Block, _ what: String) throws(Fault) {
        do throws(OpenSSLError) {
            _ = try CertificateInfo(pem: block.pem)
        } catch {
            throw Fault(words: "line \(block.line): the \(what) cannot be read: \(error)")
        }
    }
}

/// Splits the file into its PEM blocks, line by line.
private struct Scan {
    var blocks: [IdentityFile.Block] = []
    var clusterName: String?

    init(_ bytes: [UInt8]) throws(IdentityFile.Fault) {
        var open: IdentityFile.Block?
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let label = Self.label(line, "-----BEGIN ")
            if let open, label != nil { throw Self.unfinished(open) }
            if let label { open = .init(label: label, line: number, pem: []) }
            guard var block = open else {
                if clusterName == nil { clusterName = Self.cluster(line) }
                continue
            }
            block.pem += line
            block.pem.append(UInt8(ascii: "\n"))
            open = block
            guard let end = Self.label(line, "-----END ") else { continue }
            guard end == block.label else {
                throw .init(words: "line \(number): the block \"\(block.label)\" of line \(block.line) ends as \"\(end)\"")
            }
            blocks.append(block)
            open = nil
        }
        if let open { throw Self.unfinished(open) }
    }

    private static func unfinished(_ block: IdentityFile.Block) -> IdentityFile.Fault {
        .init(words: "line \(block.line): the block \"\(block.label)\" has no end; the file may be half written")
    }

    /// Returns `LABEL` of `-----BEGIN LABEL-----`, at most 64 characters of it; nil for any other line.
    private static func label(_ line: ArraySlice<UInt8>, _ start: String) -> String? {
        guard line.starts(with: start.utf8) else { return nil }
        let text = String(decoding: line.prefix(128), as: UTF8.self)
        guard let end = text.dropFirst(start.count).firstRange(of: "-----") else { return nil }
        return String(text[text.index(text.startIndex, offsetBy: start.count)..<end.lowerBound].prefix(64))
    }

    /// Returns `CLUSTER` of `@cert-authority *.CLUSTER ssh-rsa …` and of `@cert-authority proxy,CLUSTER,*.CLUSTER ssh-rsa …`;
    /// nil for any other line.
    private static func cluster(_ line: ArraySlice<UInt8>) -> String? {
        guard line.starts(with: "@cert-authority ".utf8) else { return nil }
        let words = String(decoding: line.prefix(1024), as: UTF8.self).split(separator: " ")
        guard words.count > 1 else { return nil }
        return words[1].split(separator: ",").first { $0.hasPrefix("*.") }.map { String($0.dropFirst(2)) }
    }
}
