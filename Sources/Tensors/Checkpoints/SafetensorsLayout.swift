import Foundation

/// Layout of a safetensors file that is to be written: its header, and the order of their bytes, which
/// follow without gaps.
package struct SafetensorsLayout {
    /// A tensor to be written.
    package struct Entry: Sendable {
        package let name: String
        package let dataType: DataType
        package let shape: [Int]
        package let byteCount: Int

        /// - Returns: nil when a type has no tensor of this shape.
        package init?(name: String, dataType: DataType, shape: [Int]) {
            guard let byteCount = dataType.byteCount(of: shape) else { return nil }
            (self.name, self.dataType, self.shape, self.byteCount) = (name, dataType, shape, byteCount)
        }
    }

    /// In the order of their bytes: tiles, then numbers of four bytes, then of two, so that all are aligned to their size.
    package let entries: [Entry]
    /// Bytes before the tensors, padded so that they begin at a multiple of 64 bytes, as tiles are best.
    package let header: Data

    /// Bytes of all tensors.
    package var byteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }

    private static let alignment = 64

    /// - Throws: what encoding names as JSON does.
    package init(_ entries: [Entry]) throws {
        func rank(_ type: DataType) -> Int { type.isQuantized ? 0 : type == .f32 ? 1 : 2 }
        self.entries = entries.sorted { (rank($0.dataType), $0.name) < (rank($1.dataType), $1.name) }
        // Readers of other programs ask whose tensors they are; these are laid out as PyTorch's are.
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
