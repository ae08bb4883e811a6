import Foundation
import Tensors

extension Tensor {
    /// Boxes `[rows, 4]` (centre and size) moved and scaled by what was predicted for them: the centre by shares of the size,
    /// the size by a power of e. Source: LW-DETR, arXiv 2406.03459, section 3.2.
    func refined(by deltas: Tensor) -> Tensor {
        precondition(width == 4 && deltas.count == count, "refined: not boxes")
        let boxes = array, deltas = deltas.array
        return Tensor([rows, 4], values: boxes.indices.map { index in
            index % 4 < 2 ? deltas[index] * boxes[index + 2] + boxes[index] : expf(deltas[index]) * boxes[index]
        })
    }

    /// Some rows, in that order: `[indices, width]`.
    func rows(at indices: [Int]) -> Tensor {
        precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "rows: out of range")
        return Tensor([indices.count, width]) { output in
            withValues { values in
                for (row, index) in indices.enumerated() {
                    _ = output[(row * width)...].update(fromContentsOf: values[index * width..<(index + 1) * width])
                }
            }
        }
    }
}

/// Indices of the `count` largest scores, the largest first and of equal ones the first. What is not a number counts as the
/// largest, as in PyTorch.
func largest(_ count: Int, of scores: [Float]) -> [Int] {
    let ranked = scores.map { $0.isNaN ? Float.infinity : $0 }
    let order = ranked.indices.sorted { ranked[$0] != ranked[$1] ? ranked[$0] > ranked[$1] : $0 < $1 }
    return Array(order.prefix(count))
}
