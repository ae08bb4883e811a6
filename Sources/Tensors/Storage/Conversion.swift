import Imaging
import Parallelism
import Synchronization

extension StoredTensor {
    /// Converts the numbers to another storage type, in memory, rounding to nearest; returns itself if it has that type.
    /// - Throws: `InputError` if the type cannot represent them.
    package func converted(to type: DataType) throws -> StoredTensor {
        if type == dataType { return self }
        if type.isQuantized { return try quantized(to: type) }
        let values = tensor
        func stored(_ storage: TensorStorage) -> StoredTensor {
            StoredTensor(dataType: type, shape: shape, bytes: storage.bytes.slice(0..<values.count * type.byteCount))
        }
        guard type != .f32 else { return stored(values.storage) }
        let storage = TensorStorage(byteCount: values.count * type.byteCount)
        let largest = type == .f16 ? Float(Float16.greatestFiniteMagnitude) : Float(bitPattern: 0x7f7f_0000)
        let tooLarge = Mutex<Float?>(nil)
        nonisolated(unsafe) let target = UnsafeMutableRawPointer(storage.start).assumingMemoryBound(to: UInt16.self)
        values.withValues { input in
            Parallel.ranges(input.count, minimum: 1 << 16) { range in
                for index in range {
                    let value = input[index]
                    target[index] = type == .f16 ? Float16(value).bitPattern : value.bfloat16
                    if abs(value) > largest, value.isFinite { tooLarge.withLock { $0 = value } }
                }
            }
        }
        if let number = tooLarge.withLock(\.self) {
            throw InputError(
                found: "\(number)", expected: "numbers of at most \(largest), as \(type.rawValue) holds them")
        }
        return stored(storage)
    }
}

extension Tensor {
    /// Rounds every number to the nearest bfloat16, ties to even.
    package func roundedToBFloat16() -> Tensor { mapped { Float(bitPattern: UInt32($0.bfloat16) << 16) } }
}

extension Float {
    /// Bits of the nearest bfloat16, ties to even.
    fileprivate var bfloat16: UInt16 {
        // Rounding could carry a NaN's payload into the exponent, or erase it.
        guard !isNaN else { return UInt16(truncatingIfNeeded: bitPattern >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bitPattern + 0x7fff + (bitPattern >> 16 & 1)) >> 16)
    }
}
