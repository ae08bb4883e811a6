import CKernels

/// Storage type of a KV cache.
package enum KeyValueFormat: Sendable, CaseIterable {
    case f32
    case f16
    /// 8 bits, with one scale per 32 numbers of a head's row; 8.5 bits per number. See `AttentionKernels.h` for the layout.
    case q8

    /// Creates the storage type for a model with matrices of a given type: no more bits than the weights, but at least 8.
    package init(weights: DataType) {
        self =
            switch weights {
            case .f32: .f32
            case .f16, .bf16: .f16
            case .q8, .q4: .q8
            }
    }

    /// Bytes of one head's keys, or values, at one position.
    package func rowBytes(_ headSize: Int) -> Int { kernel_row_bytes(kernelType, headSize) }

    /// Bytes after the last row that a kernel may read.
    var slackBytes: Int { self == .q8 ? KernelRowSlack : 0 }

    var kernelType: KernelDataType {
        switch self {
        case .f32: KernelF32
        case .f16: KernelF16
        case .q8: KernelQ8
        }
    }
}
