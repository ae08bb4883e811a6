import CKernels
import Foundation
import Parallelism

/// Attention for decoding, with one query row per sequence: row r attends to all of `contexts[r]`. Keys and values are read
/// once, in place, for all query heads that share them. A task is one sequence, one key-value head and one part of the context;
/// parts are combined in order afterwards (arXiv 2205.14135), so a row's result depends neither on the other rows nor on the
/// number of cores.
///
/// - Parameters:
///   - query: `[sequences, heads * headSize]`.
///   - contexts: one per row, each with at least one key; segments are read as if concatenated.
/// - Returns: `[sequences, heads * headSize]`, or the values' head size if it differs.
package func attention(
    query: Tensor, contexts: [[KeyValueRows]], heads: Int, keyValueHeads: Int, kernel: AttentionKernel = .fastest
) -> Tensor {
    let headSize = query.width / heads, group = heads / keyValueHeads
    precondition(query.rows == contexts.count, "attention: numbers of contexts and rows differ")
    precondition(query.width == heads * headSize && heads == group * keyValueHeads, "attention: heads do not divide")
    let valueSize = (contexts.first?.first?.valueWidth ?? query.width) / keyValueHeads
    precondition(
        contexts.joined().allSatisfy { $0.width == keyValueHeads * headSize && $0.valueWidth == keyValueHeads * valueSize },
        "attention: width of keys or values differs")
    var parts: [ContextPart] = [], partsOfRow: [Range<Int>] = []
    for (row, context) in contexts.enumerated() {
        let first = parts.count
        for segment in context {
            for start in stride(from: 0, to: segment.count, by: partLength) {
                parts.append(ContextPart(row: row, segment: segment, keys: start..<min(segment.count, start + partLength)))
            }
        }
        precondition(parts.count > first, "attention: a row without keys")
        partsOfRow.append(first..<parts.count)
    }
    let partial = PartialAttention(parts: parts.count, heads: heads, valueSize: valueSize)
    Parallel.forEach(parts.count * keyValueHeads) { task in
        let part = parts[task / keyValueHeads], keyValueHead = task % keyValueHeads, segment = part.segment
        var sizes = KernelAttention(
            group: group, headSize: headSize, valueSize: valueSize, count: part.keys.count,
            keyStride: segment.keys.rowStride, valueStride: segment.values.rowStride,
            type: segment.keys.format.kernelType, scale: 1 / Float(headSize).squareRoot())
        let scratch = TensorStorage(count: kernel_attention_scratch(&sizes))
        let first = (task / keyValueHeads) * heads + keyValueHead * group
        kernel_attend(
            kernel.set, &sizes, query.storage.start + part.row * query.width + keyValueHead * group * headSize,
            segment.keys.address(head: keyValueHead, of: keyValueHeads, row: part.keys.lowerBound),
            segment.values.address(head: keyValueHead, of: keyValueHeads, row: part.keys.lowerBound),
            scratch.start, partial.output + first * valueSize, partial.tops + first, partial.totals + first)
    }
    return Tensor([query.rows, heads * valueSize]) { output in
        guard let target = output.baseAddress else { return }
        for (row, range) in partsOfRow.enumerated() {
            for head in 0..<heads {
                partial.combine(range, head: head, into: target + (row * heads + head) * valueSize)
            }
        }
    }
}

/// Upper bound on the keys of a part. The start of each part is not prefetched: parts of 512 are read at 10.5 GB/s in 8 bits, of
/// 1024 at 11.2 and of 2048 at 12.5 (two cores with AVX-512, each). But longer parts are fewer, and so occupy fewer cores.
private let partLength = 1024

/// A range of keys that one row attends to.
private struct ContextPart {
    let row: Int
    let segment: KeyValueRows
    let keys: Range<Int>
}

/// Attention over each part of a context: for each head the unnormalised weighted sum of values, the maximum score it is
/// relative to, and the sum of weights.
private struct PartialAttention {
    let output: UnsafeMutablePointer<Float>
    let tops: UnsafeMutablePointer<Float>
    let totals: UnsafeMutablePointer<Float>
    private let heads: Int
    private let valueSize: Int
    private let storage: TensorStorage

    init(parts: Int, heads: Int, valueSize: Int) {
        self.heads = heads
        self.valueSize = valueSize
        storage = TensorStorage(count: parts * heads * (valueSize + 2))
        output = storage.start
        tops = output + parts * heads * valueSize
        totals = tops + parts * heads
    }

    /// Combines some parts of one head, `[valueSize]`.
    func combine(_ parts: Range<Int>, head: Int, into target: UnsafeMutablePointer<Float>) {
        let top = parts.reduce(-Float.infinity) { max($0, tops[$1 * heads + head]) }
        var total: Float = 0
        target.update(repeating: 0, count: valueSize)
        for part in parts {
            let index = part * heads + head, factor = expf(tops[index] - top)
            total += totals[index] * factor
            let sums = output + index * valueSize
            for column in 0..<valueSize { target[column] += factor * sums[column] }
        }
        let inverse = 1 / total
        for column in 0..<valueSize { target[column] *= inverse }
    }
}
