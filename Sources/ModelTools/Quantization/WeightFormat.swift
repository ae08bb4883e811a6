import Tensors

/// A target format for the weights of a part of the model: a `DataType` by its command-line name, or none.
package enum WeightFormat: String, Sendable, CaseIterable {
    /// 8 bits per weight plus a scale for each 64 weights of a row: 8.5 bits.
    case q8
    /// 4 bits per weight plus scales: 4.5 bits.
    case q4
    case f16
    case bf16
    case f32
    /// Leaves the weights unchanged.
    case keep

    /// The data type; nil for `keep`.
    var dataType: DataType? { DataType(rawValue: rawValue.uppercased()) }
}
