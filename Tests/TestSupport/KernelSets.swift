import CKernels
import Foundation

/// An instruction set with its own kernels.
package struct KernelSet: Sendable, CustomStringConvertible {
    /// The name in `DAMVIDEO_REQUIRED_KERNELS`.
    package let name: String
    package let set: KernelInstructionSet

    package var isPresent: Bool { kernel_supports(set) != 0 }
    package var description: String { name }
}

/// The instruction sets of this processor architecture, and those of this machine. Kernel tests run on the latter;
/// `KernelSetTests` reports the others, and fails for those listed in `DAMVIDEO_REQUIRED_KERNELS`.
package enum KernelSets {
    #if arch(x86_64)
    package static let all = [
        KernelSet(name: "portable", set: KernelPortable), KernelSet(name: "avx2", set: KernelAVX2),
        KernelSet(name: "avxvnni", set: KernelAVXVNNI), KernelSet(name: "avx512", set: KernelAVX512),
        KernelSet(name: "avx512vnni", set: KernelAVX512VNNI), KernelSet(name: "amx", set: KernelAMX),
    ]
    #elseif arch(arm64)
    package static let all = [
        KernelSet(name: "portable", set: KernelPortable), KernelSet(name: "neondotprod", set: KernelNEONDotProduct),
    ]
    #else
    package static let all = [KernelSet(name: "portable", set: KernelPortable)]
    #endif

    package static let present = all.filter(\.isPresent)

    /// This machine's sets with matrix products.
    package static let ofProducts = present.map(\.set).filter { kernel_has_instructions($0) != 0 }

    /// Names of the sets that cannot be tested here.
    package static let missing = all.filter { !$0.isPresent }.map(\.name)

    /// Names of the sets that this run must test, from `DAMVIDEO_REQUIRED_KERNELS` (`avx2,avx512vnni`).
    package static let required = (ProcessInfo.processInfo.environment["DAMVIDEO_REQUIRED_KERNELS"] ?? "")
        .split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
}
