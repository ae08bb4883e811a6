import CKernels

/// The instructions attention's own kernels are made of.
package struct AttentionKernel: Sendable {
    let set: KernelInstructionSet

    /// Kernels that this machine has, the fastest first.
    package static let all = [KernelAVX512, KernelAVX2, KernelPortable].filter { kernel_supports($0) != 0 }
        .map(AttentionKernel.init)

    package static let fastest = all[0]
}
