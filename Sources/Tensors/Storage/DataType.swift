import CKernels

/// Storage type of a weight's numbers. Activations are always single precision.
package enum DataType: String, Sendable, CaseIterable {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    /// Matrices only: 8 bits, 64 weights of a row with one scale; 8.5 bits a weight. See `TileLayout`.
    case q8 = "Q8"
    /// Matrices only: 4 bits, 16 weights of a row with one factor and 64 with one scale; 4.5 bits a weight.
    case q4 = "Q4"

    /// Types that are stored number by number, in order, as other programs write them.
    package static let plain: [DataType] = [.f32, .f16, .bf16]

    /// True if it is a matrix cut into tiles, which is multiplied with activations of 8 bits, or 15 where rows are few.
    package var isQuantized: Bool { self == .q8 || self == .q4 }

    /// Bytes of one number; only of types stored number by number.
    package var byteCount: Int {
        precondition(!isQuantized, "DataType: no bytes of one number")
        return self == .f32 ? 4 : 2
    }

    /// Bytes of a tensor of this shape. A quantised one of more than two dimensions is seen as `shape[0]` rows.
    /// - Returns: nil for shapes that have none: too large, negative, or no matrix where it must be one.
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
    /// The product of all, or nil when it is no `Int`.
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
