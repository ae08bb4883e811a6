/// A range of columns of a tensor, without a copy: one of several projections computed as one product.
package struct TensorColumns {
    let storage: TensorStorage
    let rows: Int
    let first: Int
    let width: Int
    let stride: Int

    /// Address of the first column.
    var start: UnsafeMutablePointer<Float> { storage.start + first }

    /// The same columns of a range of rows.
    package func rows(_ range: Range<Int>) -> TensorColumns {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "TensorColumns: rows out of range")
        return TensorColumns(
            storage: storage, rows: range.count, first: first + range.lowerBound * stride, width: width, stride: stride)
    }
}

extension Tensor {
    /// Columns `range` of the tensor viewed as `[rows, width]`.
    package func columns(_ range: Range<Int>) -> TensorColumns {
        precondition(range.lowerBound >= 0 && range.upperBound <= width, "Tensor: columns out of range")
        return TensorColumns(storage: storage, rows: rows, first: range.lowerBound, width: range.count, stride: width)
    }

    /// Copies columns into a tensor of a shape of equal size.
    package init(_ columns: TensorColumns, shape: [Int]) {
        precondition(shape.reduce(1, *) == columns.rows * columns.width, "Tensor: shape and columns differ")
        self.init(shape) { output in
            guard let target = output.baseAddress else { return }
            for row in 0..<columns.rows {
                (target + row * columns.width).update(from: columns.start + row * columns.stride, count: columns.width)
            }
        }
    }

    /// Concatenates columns of tensors with equal numbers of rows: `[rows, sum of widths]`.
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

/// Addresses of the keys, or values, of several heads.
struct HeadView {
    /// Keeps the memory alive.
    let storage: TensorStorage
    let start: UnsafeRawPointer
    let format: KeyValueFormat
    /// Width of all heads together.
    let width: Int
    /// Bytes from one row of a head to the next.
    let rowStride: Int
    /// Bytes from one head to the next; nil if heads are adjacent within a row.
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

    /// Address of one head's row.
    func address(head: Int, of heads: Int, row: Int) -> UnsafeRawPointer {
        start + head * (headStride ?? width / heads * MemoryLayout<Float>.stride) + row * rowStride
    }
}

/// Keys and values for attention: `[count, width]` and `[count, valueWidth]`. A width is the number of key-value heads times the
/// head size.
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
