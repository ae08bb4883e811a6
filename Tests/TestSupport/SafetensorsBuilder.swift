import Foundation

/// Writes valid and invalid safetensors files.
package struct SafetensorsBuilder {
    private var entries: [(name: String, type: String, shape: [Int], bytes: [UInt8])] = []

    package init() {}

    /// Adds a tensor of `values` rounded to `type` ("F32", "F16" or "BF16").
    package mutating func add(_ name: String, _ type: String, _ shape: [Int], _ values: [Float]) {
        let bytes: [UInt8] =
            switch type {
            case "F16": values.flatMap { Self.bytes(Float16($0).bitPattern) }
            case "BF16": values.flatMap { Self.bytes(UInt16(truncatingIfNeeded: $0.bitPattern >> 16)) }
            default: values.flatMap { Self.bytes($0.bitPattern) }
            }
        entries.append((name, type, shape, bytes))
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    package var data: Data {
        var header: [String] = [], offset = 0
        for entry in entries {
            header.append(Self.entry(entry.name, entry.type, entry.shape, offset, offset + entry.bytes.count))
            offset += entry.bytes.count
        }
        return Self.file(header: "{\(header.joined(separator: ","))}", data: entries.flatMap(\.bytes))
    }

    /// One header entry, valid or not.
    package static func entry(_ name: String, _ type: String, _ shape: [Int], _ begin: Int, _ end: Int) -> String {
        #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
    }

    /// A file with this header and these bytes, consistent or not.
    package static func file(header: String, data: [UInt8], length: UInt64? = nil) -> Data {
        Data(bytes(length ?? UInt64(header.utf8.count)) + Array(header.utf8) + data)
    }
}
