import Tensors

/// How the weights of a part of the model can be stored.
package enum WeightFormat: String, Sendable, CaseIterable {
    /// 8 bits a weight, with a scale for 64 of a row: 8.5 bits.
    case q8
    /// 4 bits a weight, with scales: 4.5 bits.
    case q4
    case f16
    case bf16
    case f32
    /// As they are.
    case keep

    /// Nil for `keep`.
    var dataType: DataType? { DataType(rawValue: rawValue.uppercased()) }
}
