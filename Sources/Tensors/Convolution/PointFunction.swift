import CKernels
import Parallelism

/// An elementwise function that can be fused into a convolution.
package enum PointFunction: Sendable, Equatable {
    case identity
    case relu
    /// x, or slope * x below 0.
    case leakyRelu(slope: Float)
    case sigmoid
    /// x * sigmoid(x).
    case silu
    case hardSwish
    /// min(1, max(0, slope * x + offset)).
    case hardSigmoid(slope: Float, offset: Float)
    case clip(low: Float, high: Float)

    var kernel: (activation: KernelActivation, alpha: Float, beta: Float) {
        switch self {
        case .identity: (KernelIdentity, 0, 0)
        case .relu: (KernelReLU, 0, 0)
        case .leakyRelu(let slope): (KernelLeakyReLU, slope, 0)
        case .sigmoid: (KernelSigmoid, 0, 0)
        case .silu: (KernelSiLU, 0, 0)
        case .hardSwish: (KernelHardSwish, 0, 0)
        case .hardSigmoid(let slope, let offset): (KernelHardSigmoid, slope, offset)
        case .clip(let low, let high): (KernelClip, low, high)
        }
    }

    /// Computes output[count] = function(input[count]) on the calling thread; both may be the same buffer.
    package func apply(
        _ input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, count: Int,
        instructions: KernelInstructionSet = convolutionInstructions
    ) {
        let (activation, alpha, beta) = kernel
        kernel_activate(instructions, activation, alpha, beta, input, output, count)
    }
}

/// The widest instruction set of this machine with convolution kernels.
package let convolutionInstructions: KernelInstructionSet = [KernelAVX512, KernelAVX2].first { kernel_supports($0) != 0 } ?? KernelPortable
