import CKernels
import TestSupport
import Testing

/// A limit that is measured wrong makes every per cent of it wrong.
struct MachineSpeedTests {
    /// Numbers one instruction works on, for each set that has such a loop.
    private static let floatLanes = [KernelPortable.rawValue: 4, KernelAVX2.rawValue: 8, KernelAVX512.rawValue: 16]
    private static let products = [
        KernelPortable.rawValue: 16, KernelAVX2.rawValue: 32, KernelAVXVNNI.rawValue: 32, KernelAVX512VNNI.rawValue: 64,
        KernelNEONDotProduct.rawValue: 16,
    ]

    /// The arithmetic itself adds up iterations times independent sums times lanes. A set that the machine lacks counts nothing.
    @Test(arguments: KernelSets.all)
    func loopsDoAllTheWorkTheyAreCreditedWith(_ set: KernelSet) {
        let times = set.isPresent ? 1000 : 0, raw = set.set.rawValue
        #expect(kernel_count_multiply_adds(set.set, 1000) == UInt64(times * 12 * (Self.floatLanes[raw] ?? 0)))
        let sums = set.set == KernelPortable ? 2 : 12
        #expect(kernel_count_products(set.set, 1000) == UInt64(times * sums * (Self.products[raw] ?? 0)))
        // Four tiles of 16 by 16 sums of 32 products.
        let tiles = set.set == KernelAMX ? 4 * 16 * 16 * 32 : 0
        #expect(kernel_count_bfloat16_products(set.set, 1000) == UInt64(times * tiles))
    }

    @Test(arguments: [0, 1, 95, 96, 97, 1000])
    func readingReadsEveryWord(count: Int) {
        let words = (0..<count).map { UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) }
        // From an odd place, too.
        for skipped in 0...min(1, count) {
            let sum = words.withUnsafeBufferPointer { kernel_sum_words($0.baseAddress! + skipped, count - skipped) }
            #expect(sum == words.dropFirst(skipped).reduce(0, &+))
        }
    }
}
