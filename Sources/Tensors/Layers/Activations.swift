import CKernels
import Parallelism

/// The elementwise functions that checkpoints name in `hidden_act`; raw values are transformers' names.
package enum Activation: String, Sendable, CaseIterable {
    case geluTanh = "gelu_pytorch_tanh"
    case gelu
    case silu
    case relu

    package func callAsFunction(_ input: Tensor) -> Tensor {
        Tensor(input.shape) { output in
            Parallel.ranges(input.count, minimum: 1 << 14) { range in
                let part = UnsafeMutableBufferPointer(rebasing: output[range])
                _ = part.update(fromContentsOf: input.storage.values[range])
                apply(part)
            }
        }
    }

    /// In place.
    func apply(_ values: UnsafeMutableBufferPointer<Float>) {
        guard let start = values.baseAddress else { return }
        switch self {
        case .geluTanh:
            kernel_gelu_tanh(start, values.count)
        case .gelu:
            kernel_gelu(start, values.count)
        case .silu:
            kernel_silu(start, values.count)
        case .relu:
            for index in values.indices { values[index] = max(0, values[index]) }
        }
    }
}

/// SwiGLU's product `silu(gate) * up`, elementwise; shapes must match.
package func siluMultiply(gate: Tensor, up: Tensor) -> Tensor {
    precondition(gate.shape == up.shape, "siluMultiply: shapes differ")
    return Tensor(gate.shape) { output in
        Parallel.ranges(gate.count, minimum: 1 << 14) { range in
            let part = UnsafeMutableBufferPointer(rebasing: output[range])
            _ = part.update(fromContentsOf: gate.storage.values[range])
            guard let start = part.baseAddress, let other = up.storage.values.baseAddress else { return }
            kernel_silu_multiply(start, other + range.lowerBound, range.count)
        }
    }
}

/// Computes softmax in place, on the calling thread.
package func softmax(_ values: UnsafeMutablePointer<Float>, count: Int) {
    kernel_softmax(values, count)
}
