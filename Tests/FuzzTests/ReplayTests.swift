import Foundation
import TestSupport
import Testing

@Suite("The fuzzer's findings and its seeds", .timeLimit(.minutes(1)))
struct ReplayTests {
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    @Test("Nothing of the corpus, crashes found included, breaks what has to hold", arguments: FuzzTarget.allCases)
    func corpus(_ target: FuzzTarget) throws {
        let folder = Self.corpus.appending(path: target.rawValue)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(!names.isEmpty)
        for name in names {
            let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
            bytes.withUnsafeBytes { target.run($0) }
        }
    }

    @Test("Each target takes its seeds, and every start of them", arguments: FuzzTarget.allCases)
    func seeds(_ target: FuzzTarget) throws {
        let seeds = try target.seeds()
        #expect(!seeds.isEmpty)
        for seed in seeds {
            for count in stride(from: 0, through: seed.count, by: max(1, seed.count / 40)) {
                seed.withUnsafeBytes { target.run(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
            }
            seed.withUnsafeBytes { target.run($0) }
        }
    }
}
