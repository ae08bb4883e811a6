import CKernels

/// Activations of 8 bits, each row's 64 columns with a scale of their own: what quantised matrices are multiplied with.
struct PackedActivations {
    let rows: Int
    private let storage: TensorStorage

    /// - Parameters:
    ///   - input: `[rows, columns]`, at least one row.
    ///   - instructions: which the machine must have.
    init(_ input: Tensor, instructions: KernelInstructionSet) {
        let rows = input.rows, columns = input.width
        let blocks = (columns + TileLayout.columns - 1) / TileLayout.columns
        let storage = TensorStorage(byteCount: rows * blocks * KernelPackedBlockBytes)
        let source = input.storage.start
        Parallel.ranges(kernel_group_count(rows)) { groups in
            kernel_pack_activations(
                instructions, source, rows, columns, groups.lowerBound, groups.upperBound, storage.start)
        }
        self.rows = rows
        self.storage = storage
    }

    var start: UnsafeRawPointer { UnsafeRawPointer(storage.start) }
}
