import Testing

@testable import CallbackServer

@Suite("A JSON text, eight bytes at a time") struct JSONBytesTests {
    @Test("The end of plain text is found wherever it is, whatever byte it is")
    func ends() {
        for byte in UInt8.min...UInt8.max {
            let isEnd = byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            for place in 0..<19 {
                var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 20)
                bytes[place] = byte
                // What follows an end must not matter.
                bytes[19] = UInt8(ascii: "\\")
                let found = bytes.withUnsafeBytes { $0.endOfPlainText(from: 0) }
                #expect(found == (isEnd ? place : 19), "the byte \(byte) at \(place)")
                #expect(bytes.withUnsafeBytes { $0.endOfPlainText(from: place + 1) } == 19)
            }
        }
        #expect(Array("plain".utf8).withUnsafeBytes { $0.endOfPlainText(from: 2) } == 5)
    }

    @Test("A byte that is not ASCII is found wherever it is")
    func ascii() {
        for length in 0..<20 {
            var bytes = [UInt8](repeating: 0x7F, count: length)
            #expect(bytes.withUnsafeBytes { $0.isASCII })
            for place in bytes.indices {
                bytes[place] = 0x80
                #expect(!bytes.withUnsafeBytes { $0.isASCII }, "at \(place) of \(length)")
                bytes[place] = 0
            }
        }
    }
}
