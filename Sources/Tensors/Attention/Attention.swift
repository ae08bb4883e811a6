// Attention has three entries, by which queries there are:
//
// - `attention(query:context:...)`, in this file: many queries of one sequence that share a context, in the encoders, when a
//   prompt is read (prefill) and in SAM 2's memory attention. Arithmetic is the cost: blocks of queries and heads go to the cores.
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
    query: Tensor, context: [KeyValueRows], heads: Int, keyValueHeads: Int, scope: AttentionScope = .all,
    kernel: AttentionKernel = .fastest
) -> Tensor {
    attention(
        query: query.allColumns, context: context, heads: heads, keyValueHeads: keyValueHeads, scope: scope, kernel: kernel)
}

/// The same for queries that are some columns of a tensor.
package func attention(
    query: TensorColumns, context: [KeyValueRows], heads: Int, keyValueHeads: Int, scope: AttentionScope = .all,
    kernel: AttentionKernel = .fastest
) -> Tensor {
    let headSize = query.width / heads, group = heads / keyValueHeads
    precondition(query.width == heads * headSize && heads == group * keyValueHeads, "attention: heads do not divide")
    let valueSize = (context.first?.valueWidth ?? query.width) / keyValueHeads
    precondition(
        context.allSatisfy { $0.width == keyValueHeads * headSize && $0.valueWidth == keyValueHeads * valueSize },
        "attention: width of keys or values differs")
    let blockRows = max(1, blockQueries / group), blocks = (query.rows + blockRows - 1) / blockRows
    return Tensor([query.rows, heads * valueSize]) { output in
        guard let target = output.baseAddress else { return }
        Parallel.forEach(keyValueHeads * blocks) { task in
            let head = task % keyValueHeads
            // The last blocks of causal attention are the longest: they go first.
            let block = blocks - 1 - task / keyValueHeads
            let rows = block * blockRows..<min(query.rows, (block + 1) * blockRows)
            let sizes = KernelRowAttention(
                rows: rows.count, group: group, headSize: headSize, valueSize: valueSize, queryStride: query.stride,
                outputStride: heads * valueSize, scale: 1 / Float(headSize).squareRoot())
            scope.withContexts(context, head: head, of: keyValueHeads, rows: rows) { contexts in
                kernel.attend(
                    sizes, query.start + rows.lowerBound * query.stride + head * group * headSize, contexts,
                    into: target + (rows.lowerBound * heads + head * group) * valueSize)
            }
        }
    }
}

/// Queries of a task: enough that gathering a block of keys is little work beside reading it, few enough for L2.
private let blockQueries = 384

extension AttentionScope {
    /// Calls `body` with what some rows see of one head's keys and values.
    fileprivate func withContexts(
        _ segments: [KeyValueRows], head: Int, of heads: Int, rows: Range<Int>, _ body: ([KernelRowContext]) -> Void
    ) {
        var contexts: [KernelRowContext] = [], offset = 0
        for segment in segments {
            var context = KernelRowContext(segment, head: head, of: heads)
            if case .causal(let first) = self {
                context.isCausal = 1
                context.before = first + rows.lowerBound - offset
                context.count = max(0, min(segment.count, first + rows.upperBound - offset))
            }
            contexts.append(context)
            offset += segment.count
        }
        guard case .only(let marked) = self else { return body(contexts) }
        marked.withUnsafeBytes { marks in
            guard let start = marks.bindMemory(to: UInt8.self).baseAddress else { return }
            var next = start
            for (index, segment) in segments.enumerated() {
                contexts[index].marks = next
                next += segment.count
            }
            body(contexts)
        }
    }
}

extension KernelRowContext {
    /// All of a segment's keys and values of one head.
    fileprivate init(_ segment: KeyValueRows, head: Int, of heads: Int) {
        self.init(
            keys: segment.keys.address(head: head, of: heads, row: 0), values: segment.values.address(head: head, of: heads, row: 0),
            count: segment.count, keyStride: segment.keys.rowStride, valueStride: segment.values.rowStride,
            type: segment.keys.format.kernelType, isCausal: 0, before: 0, marks: nil)
    }
}
