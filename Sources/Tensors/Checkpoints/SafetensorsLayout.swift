import Foundation

/// Layout of a safetensors file to be written: its header and the order of the tensors, which are stored without gaps.
package struct SafetensorsLayout {
    /// A tensor to be written.
    package struct Entry: Sendable {
        package let name: String
        package let dataType: DataType
        package let shape: [Int]
        package let byteCount: Int

        /// - Returns: nil if the type does not allow this shape.
        package init?(name: String, dataType: DataType, shape: [Int]) {
            guard let byteCount = dataType.byteCount(of: shape) else { return nil }
            (self.name, self.dataType, self.shape, self.byteCount) = (name, dataType, shape, byteCount)
        }
    }

    /// In storage order: tiles first, then 4-byte, then 2-byte numbers, so that all are naturally aligned.
    package let entries: [Entry]
    /// The header, padded so that the tensors start at a multiple of 64 bytes, the best alignment for tiles.
    package let header: Data

    /// Bytes of all tensors.
    package var byteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }

    private static let alignment = 64

    /// - Throws: errors of JSON encoding.
    package init(_ entries: [Entry]) throws {
        func rank(_ type: DataType) -> Int { type.isQuantized ? 0 : type == .f32 ? 1 : 2 }
        self.entries = entries.sorted { (rank($0.dataType), $0.name) < (rank($1.dataType), $1.name) }
        // Other programs read the framework from here; the layout is that of PyTorch.
        var header = SafetensorsHeader(metadata: ["format": "pt"])
        var offset = 0
        for entry in self.entries {
            header.tensors[entry.name] = SafetensorsHeader.Declared(
                dtype: entry.dataType.isQuantized ? "U8" : entry.dataType.rawValue,
                shape: entry.dataType.fileShape(of: entry.shape), data_offsets: [offset, offset + entry.byteCount])
            if let description = entry.dataType.fileDescription(of: entry.shape) { header.metadata[entry.name] = description }
            offset += entry.byteCount
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var json = try encoder.encode(header)
        let excess = (8 + json.count) % Self.alignment
        if excess > 0 { json += Data(repeating: UInt8(ascii: " "), count: Self.alignment - excess) }
        self.header = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json
    }
}
