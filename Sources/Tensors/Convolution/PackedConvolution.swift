import CKernels
import Foundation
import Parallelism

/// A two-dimensional convolution with fused bias, activation and residual, and its packed weights.
package struct PackedConvolution: Sendable {
    package let sizes: ConvolutionSizes
    private let function: PointFunction
    /// As described in `ConvolutionKernels.h`, group by group.
    private let weights: Tensor
    private let bias: Tensor

    private static let block = Int(KernelConvolutionBlock)
    private static let tile = Int(KernelConvolutionPixels)

    private var groups: Int { sizes.isDepthwise ? 1 : sizes.groups }
    private var groupOutputs: Int { sizes.outputs / groups }
    private var groupChannels: Int { sizes.channels / groups }
    private var blocks: Int { (groupOutputs + Self.block - 1) / Self.block }

    /// - Parameters:
    ///   - weights: returns the weight of an output, channel within its group, kernel row and kernel column.
    ///   - bias: one per output; nil for zeros.
    package init(
        _ sizes: ConvolutionSizes, function: PointFunction = .identity, bias: [Float]?,
        weights weight: (_ output: Int, _ channel: Int, _ row: Int, _ column: Int) -> Float
    ) {
        precondition(sizes.groups > 0 && sizes.channels % sizes.groups == 0 && sizes.outputs % sizes.groups == 0)
        precondition(bias.map { $0.count == sizes.outputs } ?? true, "PackedConvolution: bias of another size")
        self.sizes = sizes
        self.function = function
        let block = Self.block, groups = sizes.isDepthwise ? 1 : sizes.groups, outputs = sizes.outputs / groups
        let blocks = (outputs + block - 1) / block, taps = sizes.kernel.product
        let channels = sizes.isDepthwise ? 1 : sizes.channels / groups
        self.weights = Tensor([groups, blocks, taps, channels, block]) { target in
            target.update(repeating: 0)
            for output in 0..<sizes.outputs {
                let group = output / outputs, place = output % outputs
                for tap in 0..<taps {
                    for channel in 0..<channels {
                        // Depthwise weights store all channels of a tap together.
                        let line = sizes.isDepthwise
                            ? tap * blocks + place / block : ((group * blocks + place / block) * taps + tap) * channels + channel
                        target[line * block + place % block] = weight(output, channel, tap / sizes.kernel.x, tap % sizes.kernel.x)
                    }
                }
            }
        }
        self.bias = Tensor([groups, blocks, block]) { target in
            target.update(repeating: 0)
            guard let bias else { return }
            for (output, value) in bias.enumerated() { target[output / outputs * blocks * block + output % outputs] = value }
        }
    }

    /// A map in memory: its address and strides. Up to 15 elements past the last pixel's channels may be read.
    package struct Map {
        let start: UnsafePointer<Float>
        let strides: ConvolutionSizes.Strides

        package init(_ start: UnsafePointer<Float>, _ strides: ConvolutionSizes.Strides) {
            (self.start, self.strides) = (start, strides)
        }
    }

    /// Computes output = function(convolution(input) + bias) + residual on all cores.
    package func callAsFunction(
        _ input: Map, residual: Map? = nil, into output: UnsafeMutablePointer<Float>, strides: ConvolutionSizes.Strides,
        instructions: KernelInstructionSet = convolutionInstructions
    ) {
        guard sizes.output.product > 0, sizes.outputs > 0 else { return }
        withUnsafePointer(to: kernelSizes(input, residual, strides)) { kernel in
            if sizes.isDepthwise {
                convolveDepthwise(kernel, input, residual, output, instructions)
            } else {
                convolveParts(kernel, input, residual, output, instructions)
            }
        }
    }

    private func convolveParts(
        _ kernel: UnsafePointer<KernelConvolution>, _ input: Map, _ residual: Map?, _ output: UnsafeMutablePointer<Float>,
        _ instructions: KernelInstructionSet
    ) {
        let division = Division(
            pixels: sizes.output.product, blocks: blocks * groups, tile: Self.tile, work: sizes.multiplyAdds ?? .max)
        let scratchBytes = kernel_convolution_scratch(kernel)
        Parallel.forEach(division.count) { part in
            let (pixels, blocks) = division[part]
            withUnsafeTemporaryAllocation(byteCount: scratchBytes, alignment: 64) { scratch in
                guard let scratch = scratch.baseAddress else { return }
                convolve(kernel, input, residual, output, pixels, blocks, scratch, instructions)
            }
        }
    }

    private func convolve(
        _ kernel: UnsafePointer<KernelConvolution>, _ input: Map, _ residual: Map?, _ output: UnsafeMutablePointer<Float>,
        _ pixels: Range<Int>, _ allBlocks: Range<Int>, _ scratch: UnsafeMutableRawPointer, _ instructions: KernelInstructionSet
    ) {
        var next = allBlocks.lowerBound
        while next < allBlocks.upperBound {
            let group = next / blocks, first = next % blocks, end = min(blocks, first + allBlocks.upperBound - next)
            let outputStart = group * groupOutputs, weightStart = group * blocks * sizes.kernel.product * groupChannels
            kernel_convolve(
                instructions, kernel, input.start + group * groupChannels, weights.storage.start + weightStart * Self.block,
                bias.storage.start + group * blocks * Self.block, residual.map { $0.start + outputStart }, output + outputStart,
                pixels.lowerBound, pixels.upperBound, first, end, scratch)
            next += end - first
        }
    }

    private func convolveDepthwise(
        _ kernel: UnsafePointer<KernelConvolution>, _ input: Map, _ residual: Map?, _ output: UnsafeMutablePointer<Float>,
        _ instructions: KernelInstructionSet
    ) {
        Parallel.ranges(sizes.output.y, perCore: Division.tasksPerCore(work: sizes.multiplyAdds ?? .max)) { rows in
            kernel_convolve_depthwise(
                instructions, kernel, input.start, weights.storage.start, bias.storage.start, residual?.start, output,
                rows.lowerBound, rows.upperBound)
        }
    }

    private func kernelSizes(_ input: Map, _ residual: Map?, _ output: ConvolutionSizes.Strides) -> KernelConvolution {
        let (activation, alpha, beta) = function.kernel
        return KernelConvolution(
            channels: groupChannels, inputHeight: sizes.input.y, inputWidth: sizes.input.x, inputRow: input.strides.row,
            inputColumn: input.strides.column, outputs: groupOutputs, outputHeight: sizes.output.y, outputWidth: sizes.output.x,
            outputRow: output.row, outputColumn: output.column, residualRow: residual?.strides.row ?? 0,
            residualColumn: residual?.strides.column ?? 0, kernelHeight: sizes.kernel.y, kernelWidth: sizes.kernel.x,
            strideY: sizes.stride.y, strideX: sizes.stride.x, dilationY: sizes.dilation.y, dilationX: sizes.dilation.x,
            top: sizes.padding.y, left: sizes.padding.x, activation: activation, alpha: alpha, beta: beta)
    }
}

/// Division of a convolution into tasks: ranges of pixels, and ranges of output blocks if there are few pixels.
private struct Division {
    let count: Int
    private let pixels: Int
    private let blocks: Int
    private let pixelLength: Int
    private let blockLength: Int
    private let pixelParts: Int

    /// Most tasks per core, so that a delayed core does not hold up the others.
    private static let mostPerCore = 3
    /// Lower bound on the multiply-adds of one of several tasks of a core, some 30 microseconds: smaller ones cost more to hand out,
    /// and in data that another core wrote, than they even out. 4 % of YOLOX-nano, whose layers have 3 to 11 million.
    private static let leastWork = 4 << 20
    /// Lower bound on a task's pixels, because each task reads its blocks' weights once.
    private static let fewestPixels = 48

    /// - Parameter work: multiply-adds.
    init(pixels: Int, blocks: Int, tile: Int, work: Int) {
        func share(_ count: Int, _ parts: Int) -> Int { (count + parts - 1) / max(1, parts) }
        let wanted = Parallel.coreCount == 1 ? 1 : Parallel.coreCount * Self.tasksPerCore(work: work)
        let length = max(Self.fewestPixels, share(pixels, wanted))
        (self.pixels, self.blocks) = (pixels, blocks)
        pixelLength = share(length, tile) * tile
        pixelParts = share(pixels, pixelLength)
        blockLength = share(blocks, max(1, min(blocks, wanted / pixelParts)))
        count = pixelParts * share(blocks, blockLength)
    }

    /// - Parameter work: multiply-adds of all tasks.
    static func tasksPerCore(work: Int) -> Int { min(max(1, work / (Parallel.coreCount * leastWork)), mostPerCore) }

    subscript(part: Int) -> (pixels: Range<Int>, blocks: Range<Int>) {
        let pixel = part % pixelParts * pixelLength, block = part / pixelParts * blockLength
        return (pixel..<min(pixels, pixel + pixelLength), block..<min(blocks, block + blockLength))
    }
}
