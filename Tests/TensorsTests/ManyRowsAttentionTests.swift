import Foundation
import Tensors
import Testing

/// Encoders and prompts are read by these kernels, tile by tile: a wrong lane at the end of a tile or block changes captions.
struct ManyRowsAttentionTests {
    /// Queries of some heads, and keys and values in two segments of one format.
    private struct Case {
        let rows: Int
        let count: Int
        let heads: Int
        let keyValueHeads: Int
        let headSize: Int
        let format: KeyValueFormat

        var query: Tensor {
            Tensor([rows, heads * headSize], values: pattern(rows * heads * headSize, seed: rows).map { 3 * $0 })
        }
        private var width: Int { keyValueHeads * headSize }
        private var keys: [Float] { pattern(count * width, seed: count + 1) }
        private var values: [Float] { pattern(count * width, seed: count + 2) }

        /// A cache of the first fifth of the keys, then the rest in a cache or in tensors.
        var context: [KeyValueRows] {
            let keys = Tensor([count, width], values: keys), values = Tensor([count, width], values: values)
            return [0..<count / 5, count / 5..<count].map { rows in
                let buffer = KeyValueBuffer(capacity: rows.count, heads: keyValueHeads, headSize: headSize, format: format)
                buffer.append(keys: keys, values: values, rows: rows)
                let isTensor = format == .f32 && rows.lowerBound > 0
                return isTensor ? KeyValueRows(keys: keys.rows(rows), values: values.rows(rows)) : buffer.rows
            }
        }

        func attended(_ scope: AttentionScope, _ kernel: AttentionKernel) -> Tensor {
            attention(query: query, context: context, heads: heads, keyValueHeads: keyValueHeads, scope: scope, kernel: kernel)
        }

        /// Largest difference from the definition, in double precision, over every 5th row.
        func error(_ output: [Float], sees: (Int, Int) -> Bool) -> Double {
            func kept(_ numbers: [Float]) -> [Double] {
                (format == .q8 ? inEightBits(numbers, headSize: headSize) : numbers).map(Double.init)
            }
            let query = query.array.map(Double.init), keys = kept(keys), values = kept(values)
            var largest = 0.0
            for row in stride(from: 0, to: rows, by: 5) {
                let visible = (0..<count).filter { sees(row, $0) }
                for head in 0..<heads {
                    let column = head / (heads / keyValueHeads) * headSize, start = (row * heads + head) * headSize
                    let powers = visible.map { key in
                        exp((0..<headSize).reduce(0) { $0 + query[start + $1] * keys[key * width + column + $1] }
                            / Double(headSize).squareRoot())
                    }
                    let total = powers.reduce(0, +)
                    for index in 0..<headSize {
                        let wanted = zip(visible, powers).reduce(0) { $0 + $1.1 / total * values[$1.0 * width + column + index] }
                        largest = max(largest, abs(wanted - Double(output[start + index])))
                    }
                }
            }
            return largest
        }
    }

    /// Rows and keys on both sides of tiles, registers and blocks; heads of the models and odd ones; queries that share keys.
    private static let shapes: [(rows: Int, count: Int, heads: Int, keyValueHeads: Int, headSize: Int)] = [
        (1, 1, 1, 1, 64), (16, 64, 1, 1, 64), (17, 65, 2, 2, 72), (48, 63, 2, 1, 80), (49, 128, 1, 1, 128), (33, 130, 3, 1, 7),
        (200, 221, 4, 2, 6), (25, 40, 2, 2, 33), (97, 97, 6, 2, 16),
    ]

    @Test(arguments: AttentionKernel.all.indices, KeyValueFormat.allCases)
    func equalsTheDefinition(kernel: Int, format: KeyValueFormat) {
        for shape in Self.shapes {
            let test = Case(
                rows: shape.rows, count: shape.count, heads: shape.heads, keyValueHeads: shape.keyValueHeads,
                headSize: shape.headSize, format: format)
            let first = shape.count - shape.rows
            let marked = (0..<shape.count).map { $0 % 7 == 3 || $0 == shape.count - 1 }
            for (scope, sees) in [
                (AttentionScope.all, { _, _ in true }), (.causal(first: first), { row, key in key <= first + row }),
                (.only(marked), { _, key in marked[key] }),
            ] as [(AttentionScope, (Int, Int) -> Bool)] {
                let output = test.attended(scope, AttentionKernel.all[kernel]).array
                #expect(test.error(output, sees: sees) < 1e-5, "\(shape) \(scope)")
            }
        }
    }

    /// Scores that differ by far more than single precision's exponents: the highest is found later and earlier ones are nothing.
    @Test(arguments: AttentionKernel.all.indices)
    func farScoresLeaveTheHighestAlone(kernel: Int) {
        let count = 150, size = 8
        for best in [0, 63, 64, 149] {
            let keys = Tensor([count, size], values: (0..<count * size).map { $0 / size == best ? 100 : -100 + Float($0 % 5) })
            let values = Tensor([count, size], values: (0..<count * size).map { Float($0) })
            let output = attention(
                query: Tensor([2, size], values: [Float](repeating: 9, count: 2 * size)),
                context: [KeyValueRows(keys: keys, values: values)], heads: 1, keyValueHeads: 1,
                kernel: AttentionKernel.all[kernel])
            #expect(output.array == (0..<2 * size).map { Float(best * size + $0 % size) })
        }
    }

    /// Otherwise a prompt that is read in pieces, or beside others, would give another caption.
    @Test(arguments: AttentionKernel.all.indices)
    func aRowsBitsDoNotDependOnItsNeighbours(kernel: Int) {
        let count = 230, size = 40, kernel = AttentionKernel.all[kernel]
        let query = Tensor([count, size], values: pattern(count * size, seed: 5))
        let context = [
            KeyValueRows(
                keys: Tensor([count, size], values: pattern(count * size, seed: 6)),
                values: Tensor([count, size], values: pattern(count * size, seed: 7)))
        ]
        func attended(_ rows: Range<Int>) -> Tensor {
            attention(
                query: query.allColumns.rows(rows), context: context, heads: 1, keyValueHeads: 1,
                scope: .causal(first: rows.lowerBound), kernel: kernel)
        }
        let whole = attended(0..<count)
        for rows in [0..<1, 3..<60, 100..<101, 190..<count] { #expect(attended(rows).array == whole.rows(rows).array) }
    }

    /// Windows at the edges read padding; every kernel gives what attention over the window's own rows gives.
    @Test(arguments: AttentionKernel.all.indices)
    func windowsAreAttendedAlone(kernel: Int) {
        let side = 6, window = 4, heads = 2, size = 12, width = heads * size
        let map = Tensor([side, side, 3 * width], values: pattern(side * side * 3 * width, seed: 8))
        let padding = Tensor([3 * width], values: pattern(3 * width, seed: 9))
        let output = windowedAttention(map, heads: heads, window: window, padding: padding, kernel: AttentionKernel.all[kernel])
        // The window at the lower right: four places of the map and twelve of padding.
        let places = (0..<window * window).map { (4 + $0 / window, 4 + $0 % window) }
        let inside = map.reshaped([side * side, 3 * width]), outside = padding.reshaped([1, 3 * width])
        let rows = Tensor.concatenatingRows(places.map { y, x in
            y < side && x < side ? inside.rows(y * side + x..<y * side + x + 1) : outside
        })
        let wanted = attention(
            query: rows.columns(0..<width),
            context: [KeyValueRows(keys: rows.columns(width..<2 * width), values: rows.columns(2 * width..<3 * width))],
            heads: heads, keyValueHeads: heads, kernel: AttentionKernel.all[kernel])
        for (index, place) in places.enumerated() where place.0 < side && place.1 < side {
            let row = output.reshaped([side * side, width]).rows(place.0 * side + place.1..<place.0 * side + place.1 + 1)
            #expect(row.array == wanted.rows(index..<index + 1).array)
        }
    }
}
