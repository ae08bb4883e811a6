import CKernels

/// Storage type of keys and values in a cache.
package enum KeyValueFormat: Sendable, CaseIterable {
    case f32
    case f16
    /// 8 bits, 32 numbers of a head's row with one scale; 8.5 bits a number. `AttentionKernels.h` says how a row lies.
    case q8

    /// The type for a model with matrices of such a type: no more bits than its weights have, and never fewer than 8.
    package init(weights: DataType) {
        self =
            switch weights {
            case .f32: .f32
            case .f16, .bf16: .f16
            case .q8, .q4: .q8
            }
    }

    /// Bytes of one head's keys, or values, of one position.
    package func rowBytes(_ headSize: Int) -> Int { kernel_row_bytes(kernelType, headSize) }

    /// Bytes behind all rows that a kernel may read.
    var slackBytes: Int { self == .q8 ? KernelRowSlack : 0 }

    var kernelType: KernelDataType {
        switch self {
        case .f32: KernelF32
        case .f16: KernelF16
        case .q8: KernelQ8
        }
    }
}
