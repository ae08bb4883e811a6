// Attention has three entries, by which queries there are:
//
// - `attention(query:context:...)`, in this file: many queries of one sequence that share a context, in the encoders, when a
//   prompt is read (prefill) and in SAM 2's memory attention. Blocks of queries and heads go to the cores, and the products
//   are `sgemm`'s.
// - `attention(query:contexts:...)`, in `DecodingAttention.swift`: one query of each of several sequences, with a context of
//   its own. Reading keys and values from memory is the cost, so parts of contexts go to the cores.
// - `windowedAttention`, in `WindowedAttention.swift`: queries that see a square window of a map, in Hiera.
//
// The first two read `KeyValueRows`: a segment of a context, that is a `HeadView` of its keys and one of its values. They are
// a tensor's columns (`TensorColumns`), or rows of a `KeyValueBuffer`, the cache.

import CKernels
import Parallelism

/// Which keys a query may see.
package enum AttentionScope: Sendable {
    case all
    /// Query row r stands at position `first + r` and sees the keys up to its own position.
    case causal(first: Int)
    /// Every query sees the keys marked true, of which there must be one.
    case only([Bool])
}

/// Scaled dot-product attention over several heads: `softmax(q k^T / sqrt(headSize)) v` for each.
/// With fewer key-value heads than heads, each serves a group of consecutive heads (arXiv 2305.13245).
///
/// - Parameters:
///   - query: `[rows, heads * headSize]`.
///   - context: keys and values; segments are read as if they were one, so that sequences can share a prefix.
/// - Returns: `[rows, heads * headSize]`, with the size of one head's values where it is another than that of its keys.
package func attention(
    query: Tensor, context: [KeyValueRows], heads: Int, keyValueHeads: Int, scope: AttentionScope = .all
) -> Tensor {
    attention(query: query.allColumns, context: context, heads: heads, keyValueHeads: keyValueHeads, scope: scope)
}

/// The same for queries that are some columns of a tensor.
package func attention(
    query: TensorColumns, context: [KeyValueRows], heads: Int, keyValueHeads: Int, scope: AttentionScope = .all
) -> Tensor {
    let headSize = query.width / heads
    precondition(query.width == heads * headSize && heads % keyValueHeads == 0, "attention: heads do not divide")
    let valueSize = (context.first?.valueWidth ?? query.width) / keyValueHeads
    precondition(
        context.allSatisfy { $0.width == keyValueHeads * headSize && $0.valueWidth == keyValueHeads * valueSize },
        "attention: width of keys or values differs")
    let total = context.reduce(0) { $0 + $1.count }
    // Blocks bound the memory for scores, and for causal attention leave out most of what no query sees; larger ones
    // spare packing the keys again.
    let blockRows = if case .causal = scope { 256 } else { 512 }
    let blocks = (query.rows + blockRows - 1) / blockRows
    return Tensor([query.rows, heads * valueSize]) { output in
        guard let target = output.baseAddress else { return }
        Parallel.forEach(heads * blocks) { task in
            let head = task % heads
            // The last blocks of causal attention are the longest: they go first.
            let block = blocks - 1 - task / heads
            let rows = block * blockRows..<min(query.rows, (block + 1) * blockRows)
            let visible = if case .causal(let first) = scope { min(total, first + rows.upperBound) } else { total }
            attendBlock(
                MatrixView(
                    start: query.start + rows.lowerBound * query.stride + head * headSize, rows: rows.count,
                    columns: headSize, stride: query.stride),
                HeadContext(
                    segments: context, head: head / (heads / keyValueHeads), heads: keyValueHeads, headSize: headSize,
                    valueSize: valueSize, visible: visible),
                scope: scope.shifted(by: rows.lowerBound),
                into: target + rows.lowerBound * heads * valueSize + head * valueSize, outputStride: heads * valueSize)
        }
    }
}

extension AttentionScope {
    fileprivate func shifted(by rows: Int) -> AttentionScope {
        if case .causal(let first) = self { .causal(first: first + rows) } else { self }
    }
}

/// Keys and values that the queries of one head read.
private struct HeadContext {
    let segments: [KeyValueRows]
    let head: Int
    let heads: Int
    let headSize: Int
    let valueSize: Int
    /// Keys from the first on that any of the queries sees.
    let visible: Int

    /// Calls `body` with up to `length` keys and their values at a time, and the number of keys before them.
    func forEachPart(length: Int, _ body: (_ keys: MatrixView, _ values: MatrixView, _ offset: Int) -> Void) {
        var offset = 0
        for segment in segments {
            var done = 0
            while done < segment.count, offset < visible {
                let rows = done..<done + min(length, segment.count - done, visible - offset)
                withView(of: segment.keys, rows, columns: headSize) { keys in
                    withView(of: segment.values, rows, columns: valueSize) { values in body(keys, values, offset) }
                }
                offset += rows.count
                done += rows.count
            }
        }
    }

    /// Calls `body` with this head's columns of some rows: in place, or widened when they have fewer bits.
    private func withView(of side: HeadView, _ rows: Range<Int>, columns: Int, _ body: (MatrixView) -> Void) {
        let start = side.address(head: head, of: heads, row: rows.lowerBound)
        if side.format == .f32 {
            body(
                MatrixView(
                    start: start.assumingMemoryBound(to: Float.self), rows: rows.count, columns: columns,
                    stride: side.rowStride / MemoryLayout<Float>.stride))
        } else {
            let widened = TensorStorage(count: rows.count * columns)
            for row in 0..<rows.count {
                kernel_widen_row(
                    AttentionKernel.fastest.set, start + row * side.rowStride, side.format.kernelType,
                    widened.start + row * columns, columns)
            }
            body(MatrixView(start: widened.start, rows: rows.count, columns: columns, stride: columns))
        }
    }
}

/// One head's attention for some query rows.
///
/// Keys come in parts that fit the cache: each row keeps the highest score and the sum so far, and what was added up
/// before a higher score came is scaled down (arXiv 2205.14135).
private func attendBlock(
    _ query: MatrixView, _ context: HeadContext, scope: AttentionScope, into output: UnsafeMutablePointer<Float>,
    outputStride: Int
) {
    let partLength = min(512, context.visible)
    let scratch = TensorStorage(count: query.rows * (partLength + 2))
    let scores = scratch.start, tops = scores + query.rows * partLength, totals = tops + query.rows
    tops.update(repeating: -.infinity, count: query.rows)
    totals.update(repeating: 0, count: query.rows)
    context.forEachPart(length: partLength) { keys, values, offset in
        OpenBLAS.multiplyTransposed(
            query, keys, into: scores, outputStride: keys.rows, alpha: 1 / Float(query.columns).squareRoot())
        for row in 0..<query.rows {
            let line = scores + row * keys.rows
            var seen = keys.rows
            switch scope {
            case .all: break
            case .causal(let first):
                seen = min(seen, max(0, first + row + 1 - offset))
                for key in seen..<keys.rows { line[key] = 0 }
            case .only(let marked):
                for key in 0..<seen where !marked[offset + key] { line[key] = -.infinity }
            }
            let factor = kernel_softmax_part(line, seen, tops + row, totals + row)
            guard offset > 0, factor != 1 else { continue }
            for index in 0..<values.columns { output[row * outputStride + index] *= factor }
        }
        OpenBLAS.multiply(
            MatrixView(start: scores, rows: query.rows, columns: keys.rows, stride: keys.rows), values,
            into: output, outputStride: outputStride, accumulating: offset > 0)
    }
    for row in 0..<query.rows {
        let inverse = 1 / totals[row]
        for index in 0..<context.valueSize { output[row * outputStride + index] *= inverse }
    }
}
