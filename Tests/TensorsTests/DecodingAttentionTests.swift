import Foundation
import Tensors
import Testing

/// Every decoded token is made of this: a wrong lane at the end of a head or of a context changes captions.
struct DecodingAttentionTests {
    /// One row of queries and what it reads.
    private struct Sequence {
        let heads: Int
        let keyValueHeads: Int
        let headSize: Int
        let count: Int
        let seed: Int

        var query: [Float] { pattern(heads * headSize, seed: seed).map { 3 * $0 } }
        // Multiples of 1/128 below 1 are exact in half precision.
        var keys: [Float] { pattern(count * keyValueHeads * headSize, seed: seed + 1) }
        var values: [Float] { pattern(count * keyValueHeads * headSize, seed: seed + 2) }

        /// The keys and values, the first third of them in a buffer of their own.
        func context(_ dataType: DataType) -> [KeyValueRows] {
            let width = keyValueHeads * headSize
            let keys = Tensor([count, width], values: keys), values = Tensor([count, width], values: values)
            return [0..<count / 3, count / 3..<count].map { rows in
                let buffer = KeyValueBuffer(
                    capacity: rows.count + 3, heads: keyValueHeads, headSize: headSize, dataType: dataType)
                // As they come: a prompt, then single rows.
                let prompt = rows.lowerBound..<max(rows.lowerBound, rows.upperBound - 2)
                buffer.append(keys: keys, values: values, rows: prompt)
                for row in prompt.upperBound..<rows.upperBound { buffer.append(keys: keys, values: values, rows: row..<row + 1) }
                return buffer.rows
            }
        }

        /// Attention by its definition, in double precision.
        var exact: [Double] {
            let (query, keys, values) = (query.map(Double.init), keys.map(Double.init), values.map(Double.init))
            let width = keyValueHeads * headSize
            return (0..<heads).flatMap { head in
                let column = head / (heads / keyValueHeads) * headSize
                let powers = (0..<count).map { key in
                    exp((0..<headSize).reduce(0) { $0 + query[head * headSize + $1] * keys[key * width + column + $1] }
                        / Double(headSize).squareRoot())
                }
                let total = powers.reduce(0, +)
                return (0..<headSize).map { index in
                    powers.indices.reduce(0) { $0 + powers[$1] / total * values[$1 * width + column + index] }
                }
            }
        }
    }

    private func attended(_ sequences: [Sequence], _ dataType: DataType, _ kernel: AttentionKernel = .fastest) -> Tensor {
        let first = sequences[0]
        return attention(
            query: Tensor([sequences.count, first.heads * first.headSize], values: sequences.flatMap(\.query)),
            contexts: sequences.map { $0.context(dataType) }, heads: first.heads, keyValueHeads: first.keyValueHeads,
            kernel: kernel)
    }

    /// Every kernel the machine can run, head sizes and contexts that leave remainders of every kind, both formats.
    @Test(arguments: AttentionKernel.all.indices, [DataType.f32, .f16])
    func equalsTheDefinition(kernel: Int, dataType: DataType) {
        for (heads, keyValueHeads, headSize) in [(4, 4, 128), (4, 2, 80), (6, 1, 6), (3, 3, 35), (2, 2, 72), (1, 1, 300)] {
            for count in [1, 2, 7, 8, 9, 63, 513, 1601] {
                let sequences = [count, 5].enumerated().map { row, count in
                    Sequence(heads: heads, keyValueHeads: keyValueHeads, headSize: headSize, count: count, seed: 7 * row + count)
                }
                let output = attended(sequences, dataType, AttentionKernel.all[kernel]).array
                let wanted = sequences.flatMap(\.exact)
                let largest = zip(output, wanted).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
                #expect(output.count == wanted.count && largest < 1e-5, "\(heads) heads of \(headSize), \(count) keys")
            }
        }
    }

    /// Otherwise a caption would depend on which others are generated beside it.
    @Test func aRowAloneGetsTheSameBits() {
        let sequences = [40, 700, 3, 1500, 512, 513, 1, 90, 33].map {
            Sequence(heads: 4, keyValueHeads: 2, headSize: 44, count: $0, seed: $0)
        }
        let together = attended(sequences, .f16)
        for (row, sequence) in sequences.enumerated() {
            #expect(together.rows(row..<row + 1).array == attended([sequence], .f16).array)
        }
    }

    /// A prompt that is read in pieces sees the earlier ones through the cache.
    @Test func manyRowsReadHalfPrecisionToo() {
        let sequence = Sequence(heads: 4, keyValueHeads: 2, headSize: 24, count: 700, seed: 3)
        let query = Tensor([2, 96], values: sequence.query + sequence.query)
        let output = attention(query: query, context: sequence.context(.f16), heads: 4, keyValueHeads: 2).array
        let largest = zip(output, sequence.exact + sequence.exact).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
        #expect(largest < 1e-5)
    }
}
