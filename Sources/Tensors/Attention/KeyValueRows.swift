/// Some columns of a tensor's rows, left where they are: one projection of several that were computed as one.
package struct TensorColumns {
    let storage: TensorStorage
    let rows: Int
    let first: Int
    let width: Int
    let stride: Int

    /// The first of the columns.
    var start: UnsafeMutablePointer<Float> { storage.start + first }

    /// The same columns of some of the rows.
    package func rows(_ range: Range<Int>) -> TensorColumns {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "TensorColumns: rows out of range")
        return TensorColumns(
            storage: storage, rows: range.count, first: first + range.lowerBound * stride, width: width, stride: stride)
    }
}

extension Tensor {
    /// Columns `range` of the tensor seen as `[rows, width]`.
    package func columns(_ range: Range<Int>) -> TensorColumns {
        precondition(range.lowerBound >= 0 && range.upperBound <= width, "Tensor: columns out of range")
        return TensorColumns(storage: storage, rows: rows, first: range.lowerBound, width: range.count, stride: width)
    }

    /// A copy of some columns, under a shape of their size.
    package init(_ columns: TensorColumns, shape: [Int]) {
        precondition(shape.reduce(1, *) == columns.rows * columns.width, "Tensor: shape and columns differ")
        self.init(shape) { output in
            guard let target = output.baseAddress else { return }
            for row in 0..<columns.rows {
                (target + row * columns.width).update(from: columns.start + row * columns.stride, count: columns.width)
            }
        }
    }

    /// Columns of tensors with one number of rows side by side: `[rows, sum of widths]`.
    package static func concatenatingColumns(_ parts: [TensorColumns]) -> Tensor {
        let rows = parts.first?.rows ?? 0, width = parts.reduce(0) { $0 + $1.width }
        precondition(parts.allSatisfy { $0.rows == rows }, "Tensor: columns of different lengths")
        return Tensor([rows, width]) { output in
            guard var target = output.baseAddress else { return }
            for row in 0..<rows {
                for part in parts {
                    target.update(from: part.start + row * part.stride, count: part.width)
                    target += part.width
                }
            }
        }
    }

    package var allColumns: TensorColumns { columns(0..<width) }
}

/// Keys, or values, of several heads somewhere in memory: where each head's row begins.
struct HeadView {
    /// Keeps the rows in place.
    let storage: TensorStorage
    let start: UnsafeRawPointer
    let format: KeyValueFormat
    /// Width of all heads together.
    let width: Int
    /// Bytes from a row of a head to its next.
    let rowStride: Int
    /// Bytes from a head to the next; nil when a row has all heads side by side.
    let headStride: Int?

    init(_ columns: TensorColumns) {
        storage = columns.storage
        start = UnsafeRawPointer(columns.start)
        format = .f32
        (width, rowStride, headStride) = (columns.width, columns.stride * MemoryLayout<Float>.stride, nil)
    }

    init(_ storage: TensorStorage, _ format: KeyValueFormat, heads: Int, headSize: Int, capacity: Int) {
        self.storage = storage
        self.format = format
        start = UnsafeRawPointer(storage.start)
        (width, rowStride) = (heads * headSize, format.rowBytes(headSize))
        headStride = capacity * rowStride
    }

    /// Address of a row of one head.
    func address(head: Int, of heads: Int, row: Int) -> UnsafeRawPointer {
        start + head * (headStride ?? width / heads * MemoryLayout<Float>.stride) + row * rowStride
    }
}

/// Keys and values attention reads: `[count, width]` and `[count, valueWidth]`, where a width is key-value heads times the
/// size of one head's keys or values.
package struct KeyValueRows {
    let keys: HeadView
    let values: HeadView
    let count: Int

    var width: Int { keys.width }
    var valueWidth: Int { values.width }

    package init(keys: Tensor, values: Tensor) {
        self.init(keys: keys.allColumns, values: values.allColumns)
    }

    package init(keys: TensorColumns, values: TensorColumns) {
        precondition(keys.rows == values.rows, "KeyValueRows: keys and values differ in number")
        self.init(keys: HeadView(keys), values: HeadView(values), count: keys.rows)
    }

    init(keys: HeadView, values: HeadView, count: Int) {
        (self.keys, self.values, self.count) = (keys, values, count)
    }
}
