/// Some columns of a tensor's rows, left where they are: one projection of several that were computed as one.
package struct TensorColumns {
    let storage: TensorStorage
    let rows: Int
    let first: Int
    let width: Int
    let stride: Int

    /// The first of the columns.
    var start: UnsafeMutablePointer<Float> { storage.start + first }
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

    var allColumns: TensorColumns { columns(0..<width) }
}

/// Keys and values attention reads: `[count, width]` and `[count, valueWidth]`, where a width is key-value heads times the
/// size of one head's keys or values.
package struct KeyValueRows {
    let keys: TensorColumns
    let values: TensorColumns
    let count: Int
    let width: Int
    let valueWidth: Int

    package init(keys: Tensor, values: Tensor) {
        self.init(keys: keys.allColumns, values: values.allColumns)
    }

    package init(keys: TensorColumns, values: TensorColumns) {
        precondition(keys.rows == values.rows, "KeyValueRows: keys and values differ in number")
        self.keys = keys
        self.values = values
        count = keys.rows
        width = keys.width
        valueWidth = values.width
    }

    package init(keys: RowBuffer, values: RowBuffer) {
        self.init(keys: keys.columns, values: values.columns)
    }
}

extension RowBuffer {
    fileprivate var columns: TensorColumns {
        TensorColumns(storage: storage, rows: count, first: 0, width: width, stride: width)
    }
}
