import CKernels

/// Activations of 8 bits, each row's 64 columns with a scale of their own: what quantised matrices are multiplied with.
struct PackedActivations {
    /// Rows that were packed.
    let rows: Int
    /// 2 when a second row of 8 bits keeps what the first one lost of each.
    let parts: Int
    private let storage: TensorStorage

    /// - Parameters:
    ///   - input: `[rows, columns]`, at least one row.
    ///   - parts: 1, or 2 for nearly 16 bits.
    ///   - instructions: which the machine must have.
    init(_ input: Tensor, parts: Int, instructions: KernelInstructionSet) {
        let rows = input.rows, columns = input.width
        let blocks = (columns + TileLayout.columns - 1) / TileLayout.columns
        let storage = TensorStorage(byteCount: rows * parts * blocks * KernelPackedBlockBytes)
        let source = input.storage.start
        Parallel.ranges(kernel_group_count(rows * parts)) { groups in
            kernel_pack_activations(
                instructions, source, rows, columns, parts, groups.lowerBound, groups.upperBound, storage.start)
        }
        self.rows = rows
        self.parts = parts
        self.storage = storage
    }

    var start: UnsafeRawPointer { UnsafeRawPointer(storage.start) }
}
