import Tensors

/// A format to convert the weights of a part of the model to: a `DataType` by its name on the command line, or none.
package enum WeightFormat: String, Sendable, CaseIterable {
    /// 8 bits a weight, with a scale for 64 of a row: 8.5 bits.
    case q8
    /// 4 bits a weight, with scales: 4.5 bits.
    case q4
    case f16
    case bf16
    case f32
    /// Leaves the weights as they are.
    case keep

    /// The storage type; nil for `keep`.
    var dataType: DataType? { DataType(rawValue: rawValue.uppercased()) }
}
