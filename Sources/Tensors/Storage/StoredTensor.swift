/// A tensor as stored in a checkpoint file: contiguous, row-major or in tiles, mapped and not copied.
package struct StoredTensor: Sendable {
    package let dataType: DataType
    /// Logical shape, independent of the storage type.
    package let shape: [Int]
    package let bytes: MappedBytes

    init(dataType: DataType, shape: [Int], bytes: MappedBytes) {
        self.dataType = dataType
        self.shape = shape
        self.bytes = bytes
    }

    /// A copy in single precision.
    package var tensor: Tensor { widened(bytes, dataType, shape: shape) }

    /// Concatenates copies of tensors of one type and one shape `[1, ...]` by rows; nil if they differ or are quantised.
    package static func stackingRows(_ parts: [StoredTensor]) -> StoredTensor? {
        guard let first = parts.first, first.shape.first == 1, !first.dataType.isQuantized,
            parts.allSatisfy({ $0.shape == first.shape && $0.dataType == first.dataType })
        else { return nil }
        let size = parts.reduce(0) { $0 + $1.bytes.count }, copy = TensorStorage(byteCount: size)
        var next = UnsafeMutableRawPointer(copy.start)
        for part in parts {
            next.copyMemory(from: part.bytes.pointer, byteCount: part.bytes.count)
            next += part.bytes.count
        }
        return StoredTensor(
            dataType: first.dataType, shape: [parts.count] + first.shape.dropFirst(), bytes: copy.bytes.slice(0..<size))
    }
}
