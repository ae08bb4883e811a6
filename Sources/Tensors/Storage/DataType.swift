import CKernels

/// Storage type of weights. Activations are always in single precision.
package enum DataType: String, Sendable, CaseIterable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    /// Matrices only: 8 bits, with one scale per 64 weights of a row; 8.5 bits per weight. See `TileLayout`.
    case q8 = "Q8"
    /// Matrices only: 4 bits, with one factor per 16 weights of a row and one scale per 64; 4.5 bits per weight.
    case q4 = "Q4"

    /// Types that store plain numbers in order, as other programs write them.
    package static let plain: [DataType] = [.f32, .f16, .bf16]

    /// True for matrices in tiles, which are multiplied with activations quantised to 8 bits, or to 15 if there are few rows.
    package var isQuantized: Bool { self == .q8 || self == .q4 }

    /// Bytes per number; only for types that are not quantised.
    package var byteCount: Int {
        precondition(!isQuantized, "DataType: no bytes of one number")
        return self == .f32 ? 4 : 2
    }

    /// Bytes of a tensor of this shape. Above two dimensions, a quantised one is viewed as `shape[0]` rows.
    /// - Returns: nil for invalid shapes: too large, negative, or not a matrix where one is required.
    package func byteCount(of shape: [Int]) -> Int? {
        guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
        guard isQuantized else { return shape.checkedProduct(times: byteCount) }
        guard shape.count >= 2, let columns = shape.dropFirst().checkedProduct() else { return nil }
        return TileLayout.storedShape(self, rows: shape[0], columns: columns).checkedProduct()
    }

    var kernelType: KernelDataType {
        switch self {
        case .f32: KernelF32
        case .f16: KernelF16
        case .bf16: KernelBF16
        case .q8: KernelQ8
        case .q4: KernelQ4
        }
    }
}

extension Sequence<Int> {
    /// The product of all elements; nil on overflow.
    package func checkedProduct(times first: Int = 1) -> Int? {
        var product = first
        for factor in self {
            let (next, overflow) = product.multipliedReportingOverflow(by: factor)
            guard !overflow else { return nil }
            product = next
        }
        return product
    }
}
