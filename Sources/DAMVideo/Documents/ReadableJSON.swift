import Foundation

/// JSON for other programs: bytes of paths that are not valid UTF-8 are written as \xE9.
package enum ReadableJSON {
    /// - Parameter json: encoded JSON, with private-use characters in place of such bytes.
    package static func data(_ json: Data) -> Data {
        let mark: [UInt8] = [0xF4, 0x8F]  // U+10FE80 to U+10FEFF are F4 8F BA 80 to F4 8F BB BF
        guard json.contains(mark[0]) else { return json }
        var result = Data(), rest = json[...]
        while let byte = rest.first {
            let sign = Array(rest.prefix(4))
            guard sign.count == 4, sign.starts(with: mark), sign[2] == 0xBA || sign[2] == 0xBB else {
                result.append(byte)
                rest = rest.dropFirst()
                continue
            }
            let value = (sign[2] == 0xBA ? 0x80 : 0xC0) + (sign[3] & 0x3F)
            result.append(contentsOf: "\\\\x".utf8)
            result.append(contentsOf: String(value, radix: 16, uppercase: true).utf8)
            rest = rest.dropFirst(4)
        }
        return result
    }

    /// A value after a round trip through JSON.
    static func readBack<Value: Codable>(_ value: Value) -> Value {
        guard let json = try? JSONEncoder().encode(value), data(json) != json else { return value }
        return (try? JSONDecoder().decode(Value.self, from: data(json))) ?? value
    }
}
