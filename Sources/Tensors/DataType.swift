import CKernels

/// How the numbers of a weight are stored. Activations are always single precision.
package enum DataType: String, Sendable, CaseIterable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"

    package var byteCount: Int { self == .f32 ? 4 : 2 }

    var kernelType: KernelDataType {
        switch self {
        case .f32: KernelF32
        case .f16: KernelF16
        case .bf16: KernelBF16
        }
    }
}
