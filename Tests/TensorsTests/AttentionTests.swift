import Foundation
import Tensors
import Testing

/// Prompts and pictures are read through this: if these fail, captions and masks come from wrong numbers.
struct AttentionTests {
    private static let heads = 4, keyValueHeads = 2, size = 6

    /// Attention by its definition, in double precision; `sees(row, key)` says which keys a row may read.
    private func exact(
        _ query: [Float], _ keys: [Float], _ values: [Float], rows: Int, count: Int, sees: (Int, Int) -> Bool
    ) -> [Double] {
        let width = Self.heads * Self.size, keyWidth = Self.keyValueHeads * Self.size
        var output = [Double](repeating: 0, count: rows * width)
        for row in 0..<rows {
            for head in 0..<Self.heads {
                let group = head / (Self.heads / Self.keyValueHeads) * Self.size
                let visible = (0..<count).filter { sees(row, $0) }
                let scores = visible.map { key in
                    (0..<Self.size).reduce(0.0) {
                        $0 + Double(query[row * width + head * Self.size + $1]) * Double(keys[key * keyWidth + group + $1])
                    } / Double(Self.size).squareRoot()
                }
                let powers = scores.map { exp($0) }, total = powers.reduce(0, +)
                for (key, power) in zip(visible, powers) {
                    for column in 0..<Self.size {
                        output[row * width + head * Self.size + column] +=
                            power / total * Double(values[key * keyWidth + group + column])
                    }
                }
            }
        }
        return output
    }

    /// Rows and keys on both sides of a block's end, keys in one piece and in two.
    @Test(arguments: [(1, 9), (5, 5), (300, 300), (7, 40), (530, 1300)], [AttentionScope.all, .causal(first: 0), .only([])])
    func equalsTheDefinition(sizes: (rows: Int, count: Int), scope: AttentionScope) {
        let (rows, count) = sizes
        let width = Self.heads * Self.size, keyWidth = Self.keyValueHeads * Self.size
        let query = pattern(rows * width, seed: 11), keys = pattern(count * keyWidth, seed: 12)
        let values = pattern(count * keyWidth, seed: 13)
        let marked = (0..<count).map { $0 % 3 == 1 }
        let actualScope: AttentionScope
        let sees: (Int, Int) -> Bool
        switch scope {
        case .all: (actualScope, sees) = (.all, { _, _ in true })
        case .causal: (actualScope, sees) = (.causal(first: count - rows), { row, key in key <= count - rows + row })
        case .only: (actualScope, sees) = (.only(marked), { _, key in marked[key] })
        }
        let wanted = exact(query, keys, values, rows: rows, count: count, sees: sees)
        let keyTensor = Tensor([count, keyWidth], values: keys), valueTensor = Tensor([count, keyWidth], values: values)
        let cut = count / 3
        let whole = [KeyValueRows(keys: keyTensor, values: valueTensor)]
        let pieces = [0..<cut, cut..<count].map { KeyValueRows(keys: keyTensor.rows($0), values: valueTensor.rows($0)) }
        for context in [whole, pieces] {
            let output = attention(
                query: Tensor([rows, width], values: query), context: context,
                heads: Self.heads, keyValueHeads: Self.keyValueHeads, scope: actualScope).array
            let largest = zip(output, wanted).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
            #expect(largest < 1e-5)
        }
    }

    /// Memory attention's values are narrower than its keys; keys and values may be columns of one projection.
    @Test func valuesMayHaveAnotherWidth() {
        let rows = 40, count = 700, width = Self.heads * Self.size
        let query = Tensor([rows, width], values: pattern(rows * width, seed: 14))
        let both = Tensor([count, 2 * width], values: pattern(count * 2 * width, seed: 15))
        func values(_ size: Int, _ part: Int) -> Tensor {
            Tensor([count, Self.heads * size], values: (0..<count * Self.heads).flatMap { index in
                (0..<size).map { Float((index * 31 + (part + $0) * 17) % 23) / 8 }
            })
        }
        func attended(_ values: Tensor) -> [Float] {
            attention(
                query: query, context: [KeyValueRows(keys: both.columns(width..<2 * width), values: values.columns(0..<values.width))],
                heads: Self.heads, keyValueHeads: Self.heads).array
        }
        // The same numbers, two at a time and one at a time.
        let pairs = attended(values(2, 0)), first = attended(values(1, 0)), second = attended(values(1, 1))
        #expect(pairs.count == rows * Self.heads * 2)
        for index in first.indices {
            #expect(abs(pairs[2 * index] - first[index]) < 1e-5 && abs(pairs[2 * index + 1] - second[index]) < 1e-5)
        }
    }
}
