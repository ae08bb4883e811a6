import Foundation
import ObjectTracking
import Testing

/// If these fail, the background or the outlines of objects are worked out wrongly.
@Suite struct RowArithmeticTests {
    /// A network that sorts all rows of zeros and ones sorts everything.
    @Test(arguments: 0..<14) func networksSort(count: Int) {
        let network = SortingNetwork(count)
        for bits in 0..<1 << count {
            var values = bits
            for (lower, upper) in network.pairs where values >> lower & 1 > values >> upper & 1 {
                values ^= 1 << lower | 1 << upper
            }
            let ones = bits.nonzeroBitCount
            #expect(values == (1 << count) - (1 << (count - ones)))
        }
    }

    @Test func exponentialsAreThoseOfTheLibrary() {
        for step in stride(from: -86.9, to: 87.9, by: 0.013) {
            let value = Float(step), expected = Foundation.exp(Double(value))
            let result = exponential(SIMD8(repeating: value))
            #expect(result == SIMD8(repeating: result[3]))
            #expect(abs(Double(result[3]) - expected) < 2e-7 * expected, "e to the \(value)")
        }
        let ends = exponential(SIMD8(-1e30, -100, -.infinity, 0, 88, 1e30, .infinity, 1))
        #expect(ends[0] == 0 && ends[1] == 0 && ends[2] == 0 && ends[3] == 1)
        #expect(ends[4].isFinite && ends[5] == ends[4] && ends[6] == ends[4])
    }
}
