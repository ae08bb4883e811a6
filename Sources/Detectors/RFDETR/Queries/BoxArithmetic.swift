import Foundation
import Tensors

extension Tensor {
    /// Applies predicted deltas to boxes `[rows, 4]` (centre and size): the centre moves by fractions of the size, the size is
    /// multiplied by e^delta. Source: LW-DETR, arXiv 2406.03459, section 3.2.
    func refined(by deltas: Tensor) -> Tensor {
        precondition(width == 4 && deltas.count == count, "refined: not boxes")
        let boxes = array, deltas = deltas.array
        return Tensor([rows, 4], values: boxes.indices.map { index in
            index % 4 < 2 ? deltas[index] * boxes[index + 2] + boxes[index] : expf(deltas[index]) * boxes[index]
        })
    }

    /// Gathers rows: `[indices, width]`.
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

/// Indices of the `count` largest scores in descending order, equals by index. NaN counts as the largest, as in PyTorch.
func largest(_ count: Int, of scores: [Float]) -> [Int] {
    let ranked = scores.map { $0.isNaN ? Float.infinity : $0 }
    let order = ranked.indices.sorted { ranked[$0] != ranked[$1] ? ranked[$0] > ranked[$1] : $0 < $1 }
    return Array(order.prefix(count))
}
