import CKernels
import Parallelism

/// Activations as `ProductKernels.h` packs them for products with matrices of some type.
struct PackedActivations {
    /// Rows that were packed.
    let rows: Int
    private let storage: TensorStorage

    /// - Parameters:
    ///   - input: `[rows, columns]`, at least one row.
    ///   - weights: the type of the matrices they are for.
    ///   - instructions: which the machine must have.
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
