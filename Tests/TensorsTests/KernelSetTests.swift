import CKernels
import Foundation
import TestSupport
import Tensors
import Testing

/// A kernel that no test ran may give a user's processor wrong captions: the output names those, and CI requires the others.
struct KernelSetTests {
    @Test func setsThisMachineLacks() {
        if !KernelSets.missing.isEmpty {
            let line = "Not tested, for want of the instructions: kernels for \(KernelSets.missing.joined(separator: ", ")).\n"
            FileHandle.standardError.write(Data(line.utf8))
        }
        for name in KernelSets.required {
            #expect(KernelSets.present.contains { $0.name == name }, "DAMVIDEO_REQUIRED_KERNELS asks for \(name)")
        }
    }

    /// Each set that the machine has is tested where there are kernels for it: none is left out by a list in a test.
    @Test func everySetOfTheMachineIsTested() {
        let withProducts: [KernelInstructionSet] = [
            KernelPortable, KernelAVX2, KernelAVXVNNI, KernelAVX512VNNI, KernelNEONDotProduct, KernelAMX,
        ]
        let sets = KernelSets.present.map(\.set)
        #expect(KernelSets.ofProducts == sets.filter(withProducts.contains))
        #expect(KernelSets.ofProducts.contains(kernel_fastest_instructions()))
        let withAttention: [KernelInstructionSet] = [KernelPortable, KernelAVX2, KernelAVX512]
        #expect(AttentionKernel.all.count == sets.filter(withAttention.contains).count)
    }
}
