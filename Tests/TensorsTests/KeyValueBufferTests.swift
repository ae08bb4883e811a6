import Tensors
import Testing

/// What a sequence remembers of its tokens.
struct KeyValueBufferTests {
    /// The values of a buffer whose only row they are: attention to a single key is that key's value.
    private func stored(_ values: [Float], _ kernel: AttentionKernel) -> [Float] {
        let buffer = KeyValueBuffer(capacity: 1, heads: 1, headSize: values.count, dataType: .f16, kernel: kernel)
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

    @Test func copiesAndForgets() {
        let first = KeyValueBuffer(capacity: 4, heads: 2, headSize: 1, dataType: .f32)
        let second = KeyValueBuffer(capacity: 9, heads: 2, headSize: 1, dataType: .f32)
        let rows = Tensor([3, 2], values: [1, 2, 3, 4, 5, 6])
        func mean(_ buffer: KeyValueBuffer) -> [Float] {
            attention(query: Tensor.zeros([1, 2]), contexts: [[buffer.rows]], heads: 2, keyValueHeads: 2).array
        }
        first.append(keys: rows, values: rows, rows: 0..<1)
        first.append(keys: rows, values: rows, rows: 2..<3)
        second.copy(first)
        first.append(keys: rows, values: rows, rows: 2..<3)
        #expect(first.count == 3 && second.count == 2 && mean(second) == [3, 4])
        second.removeAll()
        second.append(keys: rows, values: rows, rows: 1..<2)
        #expect(second.count == 1 && mean(second) == [3, 4] && mean(first)[0] > 3.6)
    }
}
