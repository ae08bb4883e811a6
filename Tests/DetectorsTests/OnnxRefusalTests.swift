import Detectors
import Foundation
import TestSupport
import Tensors
import Testing

/// If these fail, an unsupported file is run for a while, crashes the program, or is refused without a reason.
struct OnnxRefusalTests {
    private func refusal(_ builder: OnnxBuilder, size: Int? = nil) throws -> String {
        try builder.withFile { path in
            do {
                _ = try OnnxProgram(path: path, height: size, width: size)
                return "read"
            } catch let error as CheckpointError {
                return error.description.replacing(path, with: "FILE")
            }
        }
    }

    /// A graph of one node from `x`, `[1, 3, 8, 8]`, to `y`.
    private func single(
        _ operation: String, _ more: [String] = [], name: String = "", domain: String = "",
        _ attributes: [(String, OnnxBuilder.Attribute)] = []
    ) -> OnnxBuilder {
        var builder = OnnxBuilder()
        builder.input("x", [1, 3, 8, 8])
        builder.node(operation, ["x"] + more, ["y"], name: name, domain: domain, attributes)
        builder.output("y")
        return builder
    }

    @Test func unsupportedOperatorsAreNamed() throws {
        #expect(try refusal(single("GridSample", name: "warp_3"))
            == "FILE: GridSample warp_3: found the operator GridSample, expected one that is supported")
        #expect(try refusal(single("EfficientNMS_TRT", domain: "trt"))
            == "FILE: EfficientNMS_TRT of y: found the operator trt.EfficientNMS_TRT, expected one that is supported")
    }

    @Test func quantisedExportsAreRefused() throws {
        let error = #expect(throws: CheckpointError.self) {
            try OnnxProgram(path: OnnxProgramTests.fixture("yolov8-quantised.onnx"))
        }
        #expect(error?.found == "weights in 8 bits (a quantised export)")
        #expect(error?.subject == "QuantizeLinear quantise")
    }

    @Test(arguments: [10, 24])
    func otherOperatorSetsAreRefused(opset: Int) throws {
        var builder = single("Relu")
        builder.opset = opset
        #expect(try refusal(builder) == "FILE: found operator set \(opset), expected 11 to 23")
    }

    @Test func refusesInconsistentShapes() throws {
        var builder = single("Conv", ["w"], name: "first")
        builder.constant("w", [4, 5, 3, 3], [Float](repeating: 0, count: 180))
        #expect(try refusal(builder)
            == "FILE: Conv first: found weights of shape [4, 5, 3, 3] in 1 groups for [1, 3, 8, 8], expected sizes that agree")
        var reshape = single("Reshape", ["s"])
        reshape.constant("s", [1, 7, -1])
        #expect(try refusal(reshape).contains("found shape [1, 3, 8, 8], expected one that fits [1, 7, -1]"))
    }

    @Test func refusesDataDependentShapes() throws {
        #expect(try refusal(single("Reshape", ["x"])).hasSuffix("found a shape that depends on the image, expected one that does not"))
    }

    @Test func sizesBeyondMemoryAreRefused() throws {
        var expand = single("Expand", ["s"])
        expand.constant("s", [1 << 40, 3, 8, 8])
        #expect(try refusal(expand).contains("expected at most"))
        var wide = OnnxBuilder()
        wide.input("x", [1, 3, 1 << 20, 1 << 20])
        wide.node("Relu", ["x"], ["y"])
        wide.output("y")
        #expect(try refusal(wide).contains("expected at most"))
    }

    /// A few bytes that demand weights of half a gigabyte, and years of work.
    @Test func weightsAreNoLargerThanTheFile() throws {
        var builder = single("Conv", ["w"])
        builder.constant("one", [1, 1, 1, 1], [1])
        builder.constant("s", [1 << 20, 3, 3, 3])
        builder.node("Expand", ["one", "s"], ["w"])
        #expect(try refusal(builder) != "read")
    }

    @Test func externalDataStaysInTheFolder() throws {
        for location in ["../secret", "/etc/passwd", "", "sub/../../secret"] {
            var builder = single("Add", ["w"])
            builder.external("w", [2], [("location", location), ("offset", "0"), ("length", "8")])
            #expect(try refusal(builder).contains("external data of tensor w"), "\(location)")
        }
    }

    @Test func externalDataThroughALinkStaysInTheFolder() throws {
        var builder = single("Add", ["w"])
        builder.external("w", [2], [("location", "data")])
        try builder.withFile { path in
            let link = URL(filePath: path).deletingLastPathComponent().appending(path: "data").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/etc/passwd")
            let error = #expect(throws: CheckpointError.self) { try OnnxProgram(path: path) }
            #expect(error?.expected == "a file in the model's folder")
        }
    }

    @Test func truncatedExternalDataIsRefused() throws {
        var builder = single("Add", ["w"])
        builder.external("w", [2], [("location", "data"), ("offset", "4")])
        try builder.withFile { path in
            try Data(count: 11).write(to: URL(filePath: path).deletingLastPathComponent().appending(path: "data"))
            let error = #expect(throws: CheckpointError.self) { try OnnxProgram(path: path) }
            #expect(error?.found == "data, which ends before byte 4 + 8")
        }
    }

    @Test func refusesOtherFiles() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "m.onnx").path
            #expect(throws: CheckpointError.self) { try OnnxProgram(path: path) }
            try Data("not a model".utf8).write(to: URL(filePath: path))
            #expect(throws: CheckpointError.self) { try OnnxProgram(path: path) }
            try Data().write(to: URL(filePath: path))
            #expect(throws: CheckpointError.self) { try OnnxProgram(path: path) }
        }
    }

    @Test func duplicateOutputsAreRefused() throws {
        var builder = single("Relu")
        builder.node("Concat", ["x", "y"], ["y"], name: "again", [("axis", .integer(1))])
        #expect(try refusal(builder)
            == "FILE: Concat again: found the output y, which another node produces already, expected one node per array")
    }

    /// Ten thousand arrays, each part of the next: placing them must not exhaust the stack.
    @Test func nestedConcatenationsAreRead() throws {
        var builder = OnnxBuilder()
        builder.input("x", [1, 1, 2, 2])
        builder.node("Relu", ["x"], ["y0"])
        for number in 0..<10_000 { builder.node("Concat", ["y\(number)"], ["y\(number + 1)"], [("axis", .integer(1))]) }
        builder.output("y10000")
        let output = try builder.withFile { try OnnxProgram(path: $0)(["x": Tensor([1, 1, 2, 2], values: [-1, 2, -3, 4])]) }
        #expect(output.map(\.array) == [[0, 2, 0, 4]])
    }

    @Test func rangesAndSizesAtTheEdgeOfNumbersAreRefused() throws {
        for (start, end, step) in [(0, 1e30, 1), (0, -1e30, 1), (1e30, 0, 1), (0, 1, 0), (Float.nan, 1, 1)] as [(Float, Float, Float)] {
            var builder = OnnxBuilder()
            builder.input("x", [1, 3, 8, 8])
            for (name, value) in [("a", start), ("b", end), ("c", step)] { builder.constant(name, [], [value]) }
            builder.node("Range", ["a", "b", "c"], ["r"])
            builder.node("Reshape", ["x", "r"], ["y"])
            builder.output("y")
            #expect(try refusal(builder) != "read", "\(start), \(end), \(step)")
        }
        for scale in [Float(1e30), -1, .nan, 1e6] {
            var builder = single("Resize", ["", "s"])
            builder.constant("s", [4], [1, 1, scale, scale])
            #expect(try refusal(builder) != "read")
        }
    }
}
