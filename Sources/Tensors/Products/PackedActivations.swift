import CKernels
import Parallelism

/// Activations packed as described in `ProductKernels.h`, for products with matrices of a storage type.
struct PackedActivations {
    /// Number of packed rows.
    let rows: Int
    private let storage: TensorStorage

    /// - Parameters:
    ///   - input: `[rows, columns]`, at least one row.
    ///   - weights: storage type of the matrices.
    ///   - instructions: a set that the machine supports.
    init(_ input: Tensor, for weights: DataType, instructions: KernelInstructionSet) {
        let rows = input.rows, columns = input.width, type = weights.kernelType
        let storage = TensorStorage(byteCount: kernel_packed_bytes(instructions, type, rows, columns))
        let source = input.storage.start
        Parallel.ranges(kernel_group_count(instructions, rows)) { groups in
            kernel_pack_activations(
                instructions, type, source, rows, columns, groups.lowerBound, groups.upperBound, storage.start)
        }
        self.rows = rows
        self.storage = storage
    }

    var start: UnsafeRawPointer { UnsafeRawPointer(storage.start) }
}
