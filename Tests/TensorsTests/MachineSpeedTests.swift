import CKernels
import Testing

/// A limit that is measured wrong makes every per cent of it wrong.
struct MachineSpeedTests {
    private static let sets = [
        KernelPortable, KernelAVX2, KernelAVXVNNI, KernelAVX512, KernelAVX512VNNI, KernelNEONDotProduct,
    ]

    /// Numbers one instruction works on.
    private static let floatLanes = [KernelPortable.rawValue: 4, KernelAVX2.rawValue: 8, KernelAVX512.rawValue: 16]
    private static let products = [
        KernelPortable.rawValue: 16, KernelAVX2.rawValue: 32, KernelAVXVNNI.rawValue: 32, KernelAVX512VNNI.rawValue: 64,
        KernelNEONDotProduct.rawValue: 16,
    ]

    @Test func loopsDoAllTheWorkTheyAreCreditedWith() {
        for set in Self.sets {
            // What the arithmetic itself added up must be iterations times independent sums times lanes.
            let adds = kernel_count_multiply_adds(set, 1000)
            #expect(adds == 0 || adds == UInt64(1000 * 12 * (Self.floatLanes[set.rawValue] ?? 0)))
            let products = kernel_count_products(set, 1000)
            let sums = set == KernelPortable ? 2 : 12
            #expect(products == 0 || products == UInt64(1000 * sums * (Self.products[set.rawValue] ?? 0)))
        }
        // Four tiles of 16 by 16 sums of 32 products.
        #expect([0, 1000 * 4 * 16 * 16 * 32].contains(kernel_count_bfloat16_products(KernelAMX, 1000)))
        #expect(kernel_count_multiply_adds(KernelPortable, 1000) > 0 && kernel_count_products(KernelPortable, 1000) > 0)
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
