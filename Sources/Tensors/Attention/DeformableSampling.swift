import CKernels
import Parallelism

/// The sampling of deformable attention: a map's values at fractional positions, weighted and summed for each query and head.
/// Bilinear, with zeros outside of the map. Source: Deformable DETR, arXiv 2010.04159, section 4.1, on one level.
///
/// - Parameters:
///   - map: `[height, width, heads * headSize]`.
///   - places: `[queries, heads * points * 2]`, relative x and y; the map's edges are 0 and 1.
///   - weights: `[queries, heads * points]`.
/// - Returns: `[queries, heads * headSize]`.
package func deformableSampling(
    of map: Tensor, places: Tensor, weights: Tensor, heads: Int, kernel: AttentionKernel = .fastest
) -> Tensor {
    precondition(map.shape.count == 3 && heads > 0 && map.width % heads == 0, "deformableSampling: heads do not divide")
    precondition(weights.width % heads == 0 && places.count == 2 * weights.count, "deformableSampling: sizes differ")
    let queries = weights.rows, points = weights.width
    return Tensor([queries, map.width]) { output in
        guard let target = output.baseAddress else { return }
        let sizes = KernelSampling(
            height: map.shape[0], width: map.shape[1], heads: heads, headSize: map.width / heads, points: points / heads)
        Parallel.ranges(queries, minimum: 16) { range in
            withUnsafePointer(to: sizes) { sizes in
                let first = range.lowerBound
                kernel_sample(
                    kernel.set, sizes, map.storage.start, places.storage.start + first * 2 * points,
                    weights.storage.start + first * points, target + first * map.width, range.count)
            }
        }
    }
}
