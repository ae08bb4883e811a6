import CKernels

/// Sizes of a two-dimensional convolution of one image in channels-last layout.
package struct ConvolutionSizes: Sendable, Equatable {
    /// Elements from one row of a map to the next, and from one column to the next.
    package struct Strides: Sendable, Equatable {
        package let row: Int
        package let column: Int

        package init(row: Int, column: Int) {
            (self.row, self.column) = (row, column)
        }
    }

    /// A number of rows and of columns.
    package struct Pair: Sendable, Equatable {
        package let y: Int
        package let x: Int

        package init(_ y: Int, _ x: Int) {
            (self.y, self.x) = (y, x)
        }

        var product: Int { y * x }
    }

    package var channels: Int
    package var outputs: Int
    package var groups = 1
    package var input: Pair
    package var output: Pair
    package var kernel: Pair
    package var stride = Pair(1, 1)
    package var dilation = Pair(1, 1)
    /// Zero padding above and to the left of the input; negative if the kernel starts further inside.
    package var padding = Pair(0, 0)

    package init(channels: Int, outputs: Int, input: Pair, output: Pair, kernel: Pair) {
        (self.channels, self.outputs, self.input, self.output, self.kernel) = (channels, outputs, input, output, kernel)
    }

    /// True if each channel has its own output.
    var isDepthwise: Bool { groups == channels && outputs == channels }

    /// Multiply-adds; nil on overflow of `Int`.
    package var multiplyAdds: Int? {
        [output.y, output.x, outputs, channels / max(1, groups), kernel.y, kernel.x].checkedProduct()
    }

    /// Elements of the packed weights; nil on overflow of `Int`.
    package var packedCount: Int? {
        let block = Int(KernelConvolutionBlock)
        func padded(_ count: Int) -> Int { (count + block - 1) / block * block }
        if isDepthwise { return [padded(outputs), kernel.y, kernel.x].checkedProduct() }
        let groups = max(1, groups)
        return [groups, padded(outputs / groups), channels / groups, kernel.y, kernel.x].checkedProduct()
    }
}
