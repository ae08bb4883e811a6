import Foundation
import TestSupport
import Tensors
import Testing

/// Layers over maps against PyTorch's numbers (`Fixtures/layers`): if these fail, SAM 2 masks come from wrong numbers.
struct MapLayersTests {
    private static let file = Result { try SafetensorsFile(path: Fixtures.path("layers/model.safetensors")) }
    private static let weights = Result { try Checkpoint(directory: Fixtures.path("layers")).weights }

    private func stored(_ name: String) throws -> Tensor { try #require(try Self.file.get().tensor(name)) }

    private func expectEqual(_ output: Tensor, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let wanted = try stored(name)
        #expect(output.shape == wanted.shape, sourceLocation: sourceLocation)
        let largest = zip(output.array, wanted.array).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(largest < 4e-6, "\(name)", sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ("patches", 3, 10, 7, 4, 3), ("halving", 4, 6, 3, 2, 1), ("whole", 2, 3, 2, 2, 0), ("same", 5, 7, 3, 1, 1),
        ("pointwise", 12, 5, 1, 1, 0),
    ])
    func convolution(name: String, inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int) throws {
        let layer = try Conv2d(
            try Self.weights.get()[name], inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding)
        try expectEqual(layer(try stored(name + ".input")), name + ".output")
    }

    @Test func depthwiseConvolution() throws {
        let layer = try DepthwiseConv2d(try Self.weights.get()["depthwise"], channels: 9, kernel: 7, padding: 3)
        try expectEqual(layer(try stored("depthwise.input")), "depthwise.output")
    }

    @Test func transposedConvolution() throws {
        let layer = try ConvTranspose2d(try Self.weights.get()["doubling"], inputs: 6, outputs: 5, kernel: 2)
        try expectEqual(layer(try stored("doubling.input")), "doubling.output")
    }

    @Test func maxPooling() throws {
        try expectEqual(try stored("pooling.input").maxPooled(2), "pooling.output")
    }

    @Test(arguments: [(16, 13), (7, 30), (3, 4), (7, 9)])
    func interpolation(height: Int, width: Int) throws {
        let planes = try stored("planes")
        for (mode, name) in [(.bilinear, "bilinear"), (.bicubic, "bicubic"), (.bilinearAntialiased, "bilinear_antialias")]
            as [(Interpolation, String)] {
            try expectEqual(planes.interpolated(height: height, width: width, mode), "\(name).\(height)x\(width)")
        }
    }

    /// With channels last the numbers are those of planes, larger and smaller.
    @Test(arguments: [(16, 13), (7, 30), (3, 4), (7, 9)])
    func interpolationOfMaps(height: Int, width: Int) throws {
        let planes = try stored("planes")
        for mode in [Interpolation.bilinear, .bicubic, .bilinearAntialiased, .bicubicAntialiased] {
            let wanted = planes.interpolated(height: height, width: width, mode).reordered(as: [1, 2, 0])
            let output = planes.reordered(as: [1, 2, 0]).interpolatedMap(height: height, width: width, mode)
            #expect(output.shape == wanted.shape && output.array == wanted.array)
        }
    }

    @Test func repeatingAddsTheOtherMap() {
        let map = Tensor([1, 2, 1], values: [1, 2]), other = Tensor([2, 4, 1], values: [0, 10, 20, 30, 40, 50, 60, 70])
        #expect(map.repeatedTwice(adding: other).array == [1, 11, 22, 32, 41, 51, 62, 72])
    }

    @Test func reorderingMovesDimensions() {
        let tensor = Tensor([2, 3, 1, 2], values: (0..<12).map(Float.init))
        let moved = tensor.reordered(as: [1, 3, 0, 2])
        #expect(moved.shape == [3, 2, 2, 1])
        #expect(moved.array == [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11])
    }
}
