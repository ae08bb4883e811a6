import Foundation
import Tensors

/// Deformable attention: each query attends to a few feature positions around its box, which it predicts itself. Keys:
/// `sampling_offsets`, `attention_weights`, `value_proj`, `output_proj`. Source: Deformable DETR, arXiv 2010.04159, section 4.1,
/// on one level.
struct DeformableAttention: Sendable {
    let samplingOffsets: Linear
    let attentionWeights: Linear
    let valueProj: Linear
    let outputProj: Linear
    let heads: Int
    let points: Int

    init(_ weights: Weights, _ configuration: DecoderConfiguration) throws {
        let width = configuration.width
        heads = configuration.crossAttentionHeads
        points = configuration.points
        samplingOffsets = try Linear(weights["sampling_offsets"], inputs: width, outputs: heads * points * 2)
        attentionWeights = try Linear(weights["attention_weights"], inputs: width, outputs: heads * points)
        valueProj = try Linear(weights["value_proj"], inputs: width, outputs: width)
        outputProj = try Linear(weights["output_proj"], inputs: width, outputs: width)
    }

    /// - Parameters:
    ///   - queries: `[queries, width]`; with `positions` added, they predict the sampling points.
    ///   - boxes: relative centre and size, `[queries, 4]`.
    ///   - features: `[side, side, width]`.
    /// - Returns: `[queries, width]`, with the residual added.
    func callAsFunction(_ queries: Tensor, positions: Tensor, boxes: Tensor, features: Tensor) -> Tensor {
        let placed = queries + positions
        let sampled = deformableSampling(
            of: valueProj(features).reshaped(features.shape), places: places(samplingOffsets(placed), boxes),
            weights: weights(attentionWeights(placed)), heads: heads)
        return outputProj(sampled, residual: queries)
    }

    /// Sampling points: offsets from each box's centre, in units of half a box divided by the number of points.
    private func places(_ offsets: Tensor, _ boxes: Tensor) -> Tensor {
        let width = offsets.width, points = Float(points)
        return Tensor(offsets.shape) { output in
            offsets.withValues { offsets in
                boxes.withValues { boxes in
                    for index in offsets.indices {
                        let box = index / width * 4, axis = index % 2
                        output[index] = boxes[box + axis] + offsets[index] / points * boxes[box + 2 + axis] * 0.5
                    }
                }
            }
        }
    }

    /// Softmax over the points of each head.
    private func weights(_ logits: Tensor) -> Tensor {
        Tensor(logits.shape) { output in
            logits.withValues { logits in
                for first in stride(from: 0, to: logits.count, by: points) {
                    let top = logits[first..<first + points].reduce(-.infinity) { max($0, $1) }
                    var sum: Float = 0
                    for index in first..<first + points {
                        output[index] = expf(logits[index] - top)
                        sum += output[index]
                    }
                    for index in first..<first + points { output[index] /= sum }
                }
            }
        }
    }
}
