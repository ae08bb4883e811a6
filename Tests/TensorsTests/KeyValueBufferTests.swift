import Tensors
import Testing

/// What a sequence remembers of its tokens: if these fail, a caption forgets its picture or its own beginning.
struct KeyValueBufferTests {
    /// The values of a buffer whose only row they are: attention to a single key is that key's value.
    private func stored(_ values: [Float], _ kernel: AttentionKernel, _ format: KeyValueFormat = .f16) -> [Float] {
        let buffer = KeyValueBuffer(capacity: 1, heads: 1, headSize: values.count, format: format, kernel: kernel)
        let zeros = Tensor.zeros([1, values.count])
        buffer.append(keys: zeros, values: Tensor([1, values.count], values: values), rows: 0..<1)
        return attention(query: zeros, contexts: [[buffer.rows]], heads: 1, keyValueHeads: 1).array
    }

    /// Ties, subnormals, and what is too large: keys of some models have outliers, and an infinity would spoil all tokens.
    @Test(arguments: AttentionKernel.all.indices)
    func numbersBecomeTheNearestThereIs(kernel: Int) {
        let halves = stride(from: 0, to: 0x7bff, by: 1).map { Float16(bitPattern: $0) }
        let ties = halves.map { (Float($0) + Float($0.nextUp)) / 2 }
        let numbers = halves.map(Float.init) + ties + ties.map(\.nextUp) + ties.map(\.nextDown) + [65504, 65519.9]
        for signed in [numbers, numbers.map { -$0 }] {
            #expect(stored(signed, AttentionKernel.all[kernel]) == signed.map { Float(Float16($0)) })
        }
        #expect(stored([65520, 1e30, .infinity, -70000, -.infinity] + numbers[..<20], AttentionKernel.all[kernel]).prefix(5)
            == [65504, 65504, 65504, -65504, -65504])
        #expect(stored([.nan, 1], AttentionKernel.all[kernel])[0].isNaN)
    }

    /// Groups of 32 with a scale each, the last one shorter: small numbers beside an outlier's group keep theirs.
    @Test(arguments: AttentionKernel.all.indices)
    func eightBitsAreTheNearestThereAre(kernel: Int) {
        let kernel = AttentionKernel.all[kernel]
        for count in [1, 31, 32, 33, 128, 300] {
            var numbers = pattern(count, seed: count)
            numbers[0] = 1000
            let wanted = inEightBits(numbers, headSize: count), found = stored(numbers, kernel, .q8)
            for (index, number) in numbers.enumerated() where found[index] != wanted[index] {
                // A number halfway may go either way.
                #expect(abs(abs(found[index] - number) - abs(wanted[index] - number)) < 1e-5 * abs(number))
            }
        }
        let zeros = [Float](repeating: 0, count: 40), tiny = [Float](repeating: .leastNormalMagnitude / 8, count: 40)
        #expect(stored(zeros, kernel, .q8) == zeros && stored(tiny, kernel, .q8) == zeros)
    }

    /// An infinity is the largest number of half precision here too; what is no number spoils its group, and no other.
    @Test(arguments: AttentionKernel.all.indices)
    func eightBitsOfBrokenNumbers(kernel: Int) {
        let kernel = AttentionKernel.all[kernel], numbers = pattern(70, seed: 5)
        let whole = stored(numbers, kernel, .q8)
        for broken in [Float.infinity, -.infinity, 1e30, .nan] {
            var values = numbers
            values[33] = broken
            let found = stored(values, kernel, .q8)
            #expect(Array(found[..<32]) == Array(whole[..<32]) && Array(found[64...]) == Array(whole[64...]))
            let group = found[32..<64]
            if broken.isNaN {
                #expect(group.allSatisfy { $0.isNaN })
            } else {
                #expect(abs(abs(found[33]) - 65504) < 256 && (found[33] < 0) == (broken < 0))
                #expect(group.allSatisfy { $0.isFinite })
            }
        }
    }

    /// A broken query is seen to be broken, whatever its keys are rounded to.
    @Test(arguments: AttentionKernel.all.indices, KeyValueFormat.allCases)
    func aBrokenQueryGivesNoNumbers(kernel: Int, format: KeyValueFormat) {
        let kernel = AttentionKernel.all[kernel]
        let buffer = KeyValueBuffer(capacity: 20, heads: 1, headSize: 40, format: format, kernel: kernel)
        let rows = Tensor([20, 40], values: pattern(800, seed: 2))
        buffer.append(keys: rows, values: rows, rows: 0..<20)
        func attended(_ query: [Float]) -> [Float] {
            attention(
                query: Tensor([1, 40], values: query), contexts: [[buffer.rows]], heads: 1, keyValueHeads: 1, kernel: kernel
            ).array
        }
        var query = [Float](repeating: 0.5, count: 40)
        #expect(attended(query).allSatisfy { $0.isFinite })
        query[37] = .nan
        #expect(attended(query).allSatisfy { $0.isNaN })
        // Without a direction, all keys weigh alike.
        let mean = attended([Float](repeating: 0, count: 40))
        let tiny = attended([Float](repeating: .leastNormalMagnitude, count: 40))
        #expect(zip(mean, tiny).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test(arguments: KeyValueFormat.allCases)
    func copiesAndForgets(format: KeyValueFormat) {
        let first = KeyValueBuffer(capacity: 4, heads: 2, headSize: 1, format: format)
        let second = KeyValueBuffer(capacity: 9, heads: 2, headSize: 1, format: format)
        let rows = Tensor([3, 2], values: [1, 2, 3, 4, 5, 6])
        /// What 8 bits make of a number is within a 254th of it.
        func isMean(_ wanted: [Float], of buffer: KeyValueBuffer) -> Bool {
            let found = attention(query: Tensor.zeros([1, 2]), contexts: [[buffer.rows]], heads: 2, keyValueHeads: 2).array
            return zip(found, wanted).allSatisfy { abs($0 - $1) <= (format == .q8 ? $1 / 200 : 0) }
        }
        first.append(keys: rows, values: rows, rows: 0..<1)
        first.append(keys: rows, values: rows, rows: 2..<3)
        second.copy(first)
        first.append(keys: rows, values: rows, rows: 2..<3)
        #expect(first.count == 3 && second.count == 2 && isMean([3, 4], of: second))
        second.removeAll()
        second.append(keys: rows, values: rows, rows: 1..<2)
        #expect(second.count == 1 && isMean([3, 4], of: second) && !isMean([3, 4], of: first))
    }
}
