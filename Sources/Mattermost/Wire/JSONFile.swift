/// Decodes JSON files that people name on the command line. It is here because only this target uses a decoder of Foundation's.
package enum JSONFile {
    /// Decodes a value, or the only element of an array of such values, as `tctl get` prints it.
    package static func one<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
        let values = all(type, from: bytes)
        return values?.count == 1 ? values?.first : nil
    }

    /// Decodes an array of values, or a single value.
    package static func all<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) -> [Value]? {
        (try? JSON.decode([Value].self, from: bytes)) ?? (try? JSON.decode(type, from: bytes)).map { [$0] }
    }
}
