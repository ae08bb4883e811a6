import Parallelism

extension PackedConvolution {
    /// Loads a stride-1 convolution over maps of a fixed size, which it preserves: odd kernel, zero padding. Keys, as in
    /// PyTorch: `weight` `[outputs, inputs / groups, kernel, kernel]`, `bias` `[outputs]` if present.
    /// - Parameter isDepthwise: true for one kernel per channel; outputs must then equal inputs.
    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    package init(
        _ weights: Weights, height: Int, width: Int, inputs: Int, outputs: Int, kernel: Int, isDepthwise: Bool = false,
        bias: Bool = true
    ) throws {
        let channels = isDepthwise ? 1 : inputs
        let stored = try weights["weight"].tensor([outputs, channels, kernel, kernel])
        var sizes = ConvolutionSizes(
            channels: inputs, outputs: outputs, input: .init(height, width), output: .init(height, width),
            kernel: .init(kernel, kernel))
        sizes.groups = isDepthwise ? inputs : 1
        sizes.padding = .init(kernel / 2, kernel / 2)
        self.init(sizes, bias: bias ? try weights["bias"].tensor([outputs]).array : nil) { output, channel, row, column in
            stored.storage.start[((output * channels + channel) * kernel + row) * kernel + column]
        }
    }

    /// `activation(convolution(map)) + residual`: `[height, width, channels] -> [height, width, outputs]`.
    package func callAsFunction(_ map: Tensor, activation: Activation? = nil, residual: Tensor? = nil) -> Tensor {
        let (input, output, outputs) = (sizes.input, sizes.output, sizes.outputs)
        precondition(map.count == input.y * input.x * sizes.channels, "PackedConvolution: not a map of this size")
        let count = output.y * output.x * outputs
        precondition(residual.map { $0.count == count } ?? true, "PackedConvolution: residual of another size")
        let source = isReadingBeyond ? map.withRoomBehind : map
        func strides(_ width: Int, _ channels: Int) -> ConvolutionSizes.Strides { .init(row: width * channels, column: channels) }
        return Tensor([output.y, output.x, outputs]) { values in
            guard let target = values.baseAddress else { return }
            let added = residual.map { Map($0.storage.start, strides(output.x, outputs)) }
            callAsFunction(
                Map(source.storage.start, strides(input.x, sizes.channels)), residual: activation == nil ? added : nil,
                into: target, strides: strides(output.x, outputs))
            guard let activation else { return }
            Parallel.ranges(count, minimum: 1 << 14) { range in
                let part = UnsafeMutableBufferPointer(rebasing: values[range])
                activation.apply(part)
                guard let other = residual?.storage.start.advanced(by: range.lowerBound), let start = part.baseAddress else { return }
                for index in 0..<part.count { start[index] += other[index] }
            }
        }
    }

    /// True if kernels read past the last pixel's channels.
    private var isReadingBeyond: Bool { sizes.groups > 1 && sizes.channels % 16 != 0 }
}

extension Tensor {
    /// A copy followed by a block of zeros.
    fileprivate var withRoomBehind: Tensor {
        Tensor([count + 16]) { output in
            output.update(repeating: 0)
            _ = output.update(fromContentsOf: storage.values)
        }
    }
}
