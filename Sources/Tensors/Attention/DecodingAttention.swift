import CKernels
import Foundation
import Parallelism

/// Attention of one row of each of several sequences, as decoding needs it: row r sees all of `contexts[r]`. Keys and values
/// are read once, where they lie, for all heads they serve. Tasks are a sequence, a key-value head and a part of the
/// context, put together in order afterwards (arXiv 2205.14135): a row's result depends neither on the other rows
/// nor on the number of cores.
///
/// - Parameters:
///   - query: `[sequences, heads * headSize]`.
///   - contexts: of each row, one key at least; segments are read as if they were one.
/// - Returns: `[sequences, heads * headSize]`, with the size of one head's values where it is another than that of its keys.
package func attention(
    query: Tensor, contexts: [[KeyValueRows]], heads: Int, keyValueHeads: Int, kernel: AttentionKernel = .fastest
) -> Tensor {
    let headSize = query.width / heads, group = heads / keyValueHeads
    precondition(query.rows == contexts.count, "attention: another number of contexts than of rows")
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

/// Keys of a part, at most. Where a part begins, memory was not asked for it in time: parts of 512 are read at 10.5 GB/s in 8
/// bits, of 1024 at 11.2 and of 2048 at 12.5 (two cores with AVX-512, each); but the fewer, the fewer cores share them.
private let partLength = 1024

/// Some keys that one row reads.
private struct ContextPart {
    let row: Int
    let segment: KeyValueRows
    let keys: Range<Int>
}

/// Attention over each part of a context: for each head its values' weighted sum, the highest score that the weights are
/// relative to, and their total.
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

    /// One head's result from some parts, `[valueSize]`.
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
