import CKernels
import Imaging
import Parallelism
import Synchronization

extension StoredTensor {
    /// Quantises a matrix in memory: each row's weights are rounded to the nearest representable values, with the scales of
    /// least error. Above two dimensions, it is viewed as `shape[0]` rows.
    /// - Parameter type: `q8` or `q4`.
    /// - Throws: `InputError` if it is not a matrix, is already quantised or has a number that is not finite.
    package func quantized(to type: DataType) throws -> StoredTensor {
        precondition(type.isQuantized, "quantized: a format of tiles")
        guard !dataType.isQuantized, let size = type.byteCount(of: shape) else {
            throw InputError(found: "shape \(shape) in \(dataType.rawValue)", expected: "a matrix of F32, F16 or BF16")
        }
        let matrix = matrix, storage = TensorStorage(byteCount: size)
        let start = UnsafeMutableRawPointer(storage.start)
        let groups = TileLayout.storedShape(type, rows: matrix.rows, columns: matrix.columns)[0]
        let broken = Mutex<Int?>(nil)
        Parallel.forEach(groups) { group in
            let rows = group * TileLayout.rows..<min(matrix.rows, (group + 1) * TileLayout.rows)
            matrix.withWidenedRows(rows) { values in
                let tiles = start + group * (size / groups)
                if kernel_quantize_tiles(values, rows.count, matrix.columns, type.kernelType, tiles) == 0 {
                    broken.withLock { $0 = min($0 ?? rows.lowerBound, rows.lowerBound) }
                }
            }
        }
        if let row = broken.withLock(\.self) {
            throw InputError(
                found: "an infinity or NaN in rows \(row) to \(min(matrix.rows, row + TileLayout.rows) - 1)",
                expected: "finite numbers")
        }
        return StoredTensor(dataType: type, shape: shape, bytes: storage.bytes.slice(0..<size))
    }

    /// A view as a matrix of `shape[0]` rows; requires at least two dimensions.
    package var matrix: WeightMatrix {
        precondition(shape.count >= 2, "StoredTensor: no matrix")
        return WeightMatrix(bytes, dataType, rows: shape[0], columns: shape.dropFirst().reduce(1, *))
    }
}
