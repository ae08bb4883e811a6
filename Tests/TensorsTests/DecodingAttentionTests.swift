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
        func context(_ format: KeyValueFormat) -> [KeyValueRows] {
            let width = keyValueHeads * headSize
            let keys = Tensor([count, width], values: keys), values = Tensor([count, width], values: values)
            return [0..<count / 3, count / 3..<count].map { rows in
                let buffer = KeyValueBuffer(
                    capacity: rows.count + 3, heads: keyValueHeads, headSize: headSize, format: format)
                // As they come: a prompt, then single rows.
                let prompt = rows.lowerBound..<max(rows.lowerBound, rows.upperBound - 2)
                buffer.append(keys: keys, values: values, rows: prompt)
                for row in prompt.upperBound..<rows.upperBound { buffer.append(keys: keys, values: values, rows: row..<row + 1) }
                return buffer.rows
            }
        }

        /// Attention by its definition, in double precision, to keys and values as such a cache has them.
        func exact(_ format: KeyValueFormat) -> [Double] {
            func kept(_ numbers: [Float]) -> [Double] {
                (format == .q8 ? inEightBits(numbers, headSize: headSize) : numbers).map(Double.init)
            }
            let (query, keys, values) = (query.map(Double.init), kept(keys), kept(values))
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

    private func attended(_ sequences: [Sequence], _ format: KeyValueFormat, _ kernel: AttentionKernel = .fastest) -> Tensor {
        let first = sequences[0]
        return attention(
            query: Tensor([sequences.count, first.heads * first.headSize], values: sequences.flatMap(\.query)),
            contexts: sequences.map { $0.context(format) }, heads: first.heads, keyValueHeads: first.keyValueHeads,
            kernel: kernel)
    }

    /// Every kernel the machine can run, head sizes and contexts that leave remainders of every kind, all formats. A query
    /// of 16 bits, as keys of 8 are multiplied with, moves a score by less than a thousandth.
    @Test(arguments: AttentionKernel.all.indices, KeyValueFormat.allCases)
    func equalsTheDefinition(kernel: Int, format: KeyValueFormat) {
        let shapes = [
            (4, 4, 128), (4, 2, 80), (6, 1, 6), (3, 3, 35), (2, 2, 72), (1, 1, 300), (2, 2, 64), (3, 1, 96), (2, 2, 36),
        ]
        for (heads, keyValueHeads, headSize) in shapes {
            for count in [1, 2, 7, 8, 9, 15, 16, 17, 63, 513, 1800] {
                let sequences = [count, 5].enumerated().map { row, count in
                    Sequence(heads: heads, keyValueHeads: keyValueHeads, headSize: headSize, count: count, seed: 7 * row + count)
                }
                let output = attended(sequences, format, AttentionKernel.all[kernel]).array
                let wanted = sequences.flatMap { $0.exact(format) }
                let largest = zip(output, wanted).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
                let bar = format == .q8 ? 1e-4 : 1e-5
                #expect(output.count == wanted.count && largest < bar, "\(heads) heads of \(headSize), \(count) keys")
            }
        }
    }

    /// Otherwise a caption would depend on which others are generated beside it.
    @Test(arguments: KeyValueFormat.allCases)
    func aRowAloneGetsTheSameBits(format: KeyValueFormat) {
        let sequences = [40, 700, 3, 2500, 1024, 1025, 1, 90, 33].map {
            Sequence(heads: 4, keyValueHeads: 2, headSize: 44, count: $0, seed: $0)
        }
        let together = attended(sequences, format)
        for (row, sequence) in sequences.enumerated() {
            #expect(together.rows(row..<row + 1).array == attended([sequence], format).array)
        }
    }

    /// A prompt that is read in pieces sees the earlier ones through the cache.
    @Test(arguments: KeyValueFormat.allCases)
    func manyRowsReadEveryFormatToo(format: KeyValueFormat) {
        let sequence = Sequence(heads: 4, keyValueHeads: 2, headSize: 40, count: 700, seed: 3)
        let query = Tensor([2, 160], values: sequence.query + sequence.query)
        let output = attention(query: query, context: sequence.context(format), heads: 4, keyValueHeads: 2).array
        let largest = zip(output, sequence.exact(format) + sequence.exact(format)).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
        #expect(largest < 1e-5)
    }
}
