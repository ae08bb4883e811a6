import CKernels

/// Keys and values attention reads: `[count, width]` each, where width is key-value heads times head size.
package struct KeyValueRows {
    let keys: TensorStorage
    let values: TensorStorage
    let count: Int
    let width: Int

    package init(keys: Tensor, values: Tensor) {
        precondition(keys.shape == values.shape, "KeyValueRows: keys and values differ in shape")
        self.keys = keys.storage
        self.values = values.storage
        count = keys.rows
        width = keys.width
    }

    package init(keys: RowBuffer, values: RowBuffer) {
        precondition(keys.count == values.count && keys.width == values.width, "KeyValueRows: keys and values differ")
        self.keys = keys.storage
        self.values = values.storage
        count = keys.count
        width = keys.width
    }
}

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
/// - Returns: `[rows, heads * headSize]`.
package func attention(
    query: Tensor, context: [KeyValueRows], heads: Int, keyValueHeads: Int, scope: AttentionScope = .all
) -> Tensor {
    let headSize = query.width / heads
    precondition(query.width == heads * headSize && heads % keyValueHeads == 0, "attention: heads do not divide")
    precondition(context.allSatisfy { $0.width == keyValueHeads * headSize }, "attention: key width differs")
    let total = context.reduce(0) { $0 + $1.count }
    // Blocks bound the memory for scores, and for causal attention leave out most of what no query sees.
    let blockRows = 256
    let blocks = (query.rows + blockRows - 1) / blockRows
    return Tensor(query.shape) { output in
        guard let source = query.storage.values.baseAddress, let target = output.baseAddress else { return }
        Parallel.forEach(heads * blocks) { task in
            let head = task % heads
            // The last blocks of causal attention are the longest: they go first.
            let block = blocks - 1 - task / heads
            let rows = block * blockRows..<min(query.rows, (block + 1) * blockRows)
            let visible = if case .causal(let first) = scope { min(total, first + rows.upperBound) } else { total }
            let start = rows.lowerBound * query.width + head * headSize
            attendBlock(
                MatrixView(start: source + start, rows: rows.count, columns: headSize, stride: query.width),
                context: context, column: head / (heads / keyValueHeads) * headSize, visible: visible,
                scope: scope.shifted(by: rows.lowerBound), into: target + start)
        }
    }
}

extension AttentionScope {
    fileprivate func shifted(by rows: Int) -> AttentionScope {
        if case .causal(let first) = self { .causal(first: first + rows) } else { self }
    }
}

/// One head's attention for some query rows; `column` is where the head's keys and values begin in their rows.
private func attendBlock(
    _ query: MatrixView, context: [KeyValueRows], column: Int, visible: Int, scope: AttentionScope,
    into output: UnsafeMutablePointer<Float>
) {
    let scores = TensorStorage(count: query.rows * visible)
    guard let start = scores.values.baseAddress else { return }
    forEachSegment(context, column: column, visible: visible, headSize: query.columns) { keys, _, offset in
        multiplyTransposed(
            query, keys, into: start + offset, outputStride: visible,
            alpha: 1 / Float(query.columns).squareRoot())
    }
    for row in 0..<query.rows {
        let line = start + row * visible
        var count = visible
        switch scope {
        case .all: break
        case .causal(let first):
            count = min(visible, first + row + 1)
            for key in count..<visible { line[key] = 0 }
        case .only(let marked):
            for key in 0..<visible where !marked[key] { line[key] = -.infinity }
        }
        kernel_softmax(line, count)
    }
    forEachSegment(context, column: column, visible: visible, headSize: query.columns) { _, values, offset in
        let weights = MatrixView(start: start + offset, rows: query.rows, columns: values.rows, stride: visible)
        multiply(weights, values, into: output, outputStride: query.stride, accumulating: offset > 0)
    }
}

/// Calls `body` with one head's visible keys and values of each segment and the number of keys before it.
private func forEachSegment(
    _ context: [KeyValueRows], column: Int, visible: Int, headSize: Int,
    _ body: (_ keys: MatrixView, _ values: MatrixView, _ offset: Int) -> Void
) {
    var offset = 0
    for segment in context {
        let count = min(segment.count, visible - offset)
        guard count > 0, let keys = segment.keys.values.baseAddress, let values = segment.values.values.baseAddress
        else { continue }
        body(
            MatrixView(start: keys + column, rows: count, columns: headSize, stride: segment.width),
            MatrixView(start: values + column, rows: count, columns: headSize, stride: segment.width), offset)
        offset += count
    }
}
