import CKernels

/// Instruction set of the attention kernels.
package struct AttentionKernel: Sendable {
    let set: KernelInstructionSet

    /// Kernels that this machine supports, fastest first.
    package static let all = [KernelAVX512, KernelAVX2, KernelPortable].filter { kernel_supports($0) != 0 }
        .map(AttentionKernel.init)

    package static let fastest = all[0]

    /// Attention of a range of queries of one key-value head, on the calling thread.
    func attend(
        _ sizes: KernelRowAttention, _ queries: UnsafePointer<Float>, _ contexts: [KernelRowContext],
        into output: UnsafeMutablePointer<Float>
    ) {
        var sizes = sizes
        let scratch = TensorStorage(count: kernel_row_attention_scratch(&sizes))
        contexts.withUnsafeBufferPointer { contexts in
            guard let start = contexts.baseAddress else { return }
            kernel_attend_rows(set, &sizes, queries, start, contexts.count, scratch.start, output)
        }
    }
}
