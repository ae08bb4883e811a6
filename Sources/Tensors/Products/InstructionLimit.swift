import CKernels

/// The most that kernels may ask of the processor, for measurements of what another one would do.
package enum InstructionLimit: String, Sendable, CaseIterable {
    case portable
    case avx2
    case avxVNNI = "avx-vnni"
    case avx512
    case avx512VNNI = "avx512-vnni"

    private var sets: [KernelInstructionSet] {
        switch self {
        case .portable: []
        case .avx2: [KernelAVX2]
        case .avxVNNI: [KernelAVX2, KernelAVXVNNI]
        case .avx512: [KernelAVX2, KernelAVX512]
        case .avx512VNNI: [KernelAVX2, KernelAVX512, KernelAVX512VNNI]
        }
    }

    /// True if the machine has all of these instructions.
    package var isThere: Bool { sets.allSatisfy { kernel_supports($0) != 0 } }

    /// Holds for the rest of the process and comes before the first kernel. OpenBLAS, which multiplies weights of more than 8 bits, is not
    /// limited by it.
    package func apply() {
        let allowed = [KernelPortable] + sets
        kernel_limit_instructions(allowed, allowed.count)
    }
}
