import CKernels

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
/// - Returns: `[rows, heads * valueSize]`, where a value is as large as a key in most models.
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
    let outputWidth = (context.first?.values.width ?? 0) / keyValueHeads * heads, valueSize = outputWidth / heads
    precondition(
        context.allSatisfy { $0.keys.width == keyValueHeads * headSize && $0.values.width == keyValueHeads * valueSize },
        "attention: key width differs")
    let total = context.reduce(0) { $0 + $1.count }
    // Blocks bound the memory for scores, and for causal attention leave out most of what no query sees; larger ones
    // spare packing the keys again.
    let blockRows = if case .causal = scope { 256 } else { 512 }
    let blocks = (query.rows + blockRows - 1) / blockRows
    return Tensor([query.rows, outputWidth]) { output in
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
                context: context, keyValueHead: head / (heads / keyValueHeads), valueSize: valueSize, visible: visible,
                scope: scope.shifted(by: rows.lowerBound),
                into: target + rows.lowerBound * outputWidth + head * valueSize, outputStride: outputWidth)
        }
    }
}

extension AttentionScope {
    fileprivate func shifted(by rows: Int) -> AttentionScope {
        if case .causal(let first) = self { .causal(first: first + rows) } else { self }
    }
}

/// One head's attention for some query rows.
///
/// Keys come in parts that fit the cache: each row keeps the highest score and the sum so far, and what was added up
/// before a higher score came is scaled down (arXiv 2205.14135).
private func attendBlock(
    _ query: MatrixView, context: [KeyValueRows], keyValueHead: Int, valueSize: Int, visible: Int, scope: AttentionScope,
    into output: UnsafeMutablePointer<Float>, outputStride: Int
) {
    let size = query.columns, partLength = min(512, visible)
    let scratch = TensorStorage(count: query.rows * (partLength + 2))
    let scores = scratch.start, tops = scores + query.rows * partLength, totals = tops + query.rows
    tops.update(repeating: -.infinity, count: query.rows)
    totals.update(repeating: 0, count: query.rows)
    forEachPart(
        context, keyValueHead: keyValueHead, headSize: size, valueSize: valueSize, visible: visible, length: partLength
    ) { keys, values, offset in
        multiplyTransposed(query, keys, into: scores, outputStride: keys.rows, alpha: 1 / Float(size).squareRoot())
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
            for index in 0..<valueSize { output[row * outputStride + index] *= factor }
        }
        multiply(
            MatrixView(start: scores, rows: query.rows, columns: keys.rows, stride: keys.rows), values,
            into: output, outputStride: outputStride, accumulating: offset > 0)
    }
    for row in 0..<query.rows {
        let inverse = 1 / totals[row]
        for index in 0..<valueSize { output[row * outputStride + index] *= inverse }
    }
}

/// Calls `body` with up to `length` of one head's visible keys and values at a time, and the number of keys before them.
private func forEachPart(
    _ context: [KeyValueRows], keyValueHead: Int, headSize: Int, valueSize: Int, visible: Int, length: Int,
    _ body: (_ keys: MatrixView, _ values: MatrixView, _ offset: Int) -> Void
) {
    var offset = 0
    for segment in context {
        var done = 0
        while done < segment.count, offset < visible {
            let count = min(length, segment.count - done, visible - offset)
            let keys = segment.keys.start + done * segment.keys.stride + keyValueHead * headSize
            let values = segment.values.start + done * segment.values.stride + keyValueHead * valueSize
            body(
                MatrixView(start: keys, rows: count, columns: headSize, stride: segment.keys.stride),
                MatrixView(start: values, rows: count, columns: valueSize, stride: segment.values.stride), offset)
            offset += count
            done += count
        }
    }
}
