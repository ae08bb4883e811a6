import CKernels

/// Activations of 8 or 15 bits, each row's 64 columns with a scale of their own: what quantised matrices are multiplied with.
struct PackedActivations {
    /// Rows that were packed.
    let rows: Int
    /// Of 8 bits each: the second one keeps what the first one lost.
    let parts: Int
    private let storage: TensorStorage

    /// - Parameters:
    ///   - input: `[rows, columns]`, at least one row.
    ///   - parts: 1 for 8 bits, 2 for 15.
    ///   - instructions: which the machine must have.
    init(_ input: Tensor, parts: Int, instructions: KernelInstructionSet) {
        let rows = input.rows, columns = input.width
        let storage = TensorStorage(byteCount: kernel_packed_bytes(rows, columns, parts))
        let source = input.storage.start
        Parallel.ranges(kernel_group_count(rows)) { groups in
            kernel_pack_activations(
                instructions, source, rows, columns, parts, groups.lowerBound, groups.upperBound, storage.start)
        }
        self.rows = rows
        self.parts = parts
        self.storage = storage
    }

    var start: UnsafeRawPointer { UnsafeRawPointer(storage.start) }
}
