import DescribeAnything
import Imaging
import SegmentAnything
import Tensors
import Testing

/// Rates and rooflines are computed from these counts: a wrong one makes a stage look better or worse than it is.
struct CostTests {
    private func dam(_ shape: SyntheticModel) throws -> DescribeAnythingCost {
        DescribeAnythingCost(configuration: try shape.configuration(), vision: .f16, language: .f16)
    }

    /// dam-tiny: 5 x 5 patches of 14 pixels, width 64, MLP 160, two of three layers; language 64, MLP 160, two layers, a
    /// vocabulary of 1000.
    @Test func smallShapesMatchManualCounts() throws {
        let cost = try dam(.damTiny)
        // Multiply-adds, counted by hand.
        let patches = 25 * 4 * 14 * 14 * 64
        let layer = 25 * 64 * 64 * 4 + 2 * 25 * 25 * 64 + 25 * 64 * 160 * 2
        #expect(cost.view.operations == Double(2 * (patches + 2 * layer)))
        #expect(cost.view.bytes == Double(2 * (4 * 14 * 14 * 64 + 2 * (4 * 64 * 64 + 2 * 64 * 160))))
        // The same attention and MLP again after each layer.
        #expect(cost.viewWithContext.operations == Double(2 * (patches + 4 * layer)))
        // 3 x 3 blocks of four features.
        #expect(cost.projector.operations == Double(2 * 9 * (256 * 64 + 64 * 64)))

        let square = 64 * 64, mlp = 3 * 64 * 160, head = 64 * 1000
        // A token after 200 others attends to 201 keys.
        let step = cost.decode(context: 200)
        #expect(step.operations == Double(2 * (2 * (4 * square + mlp + 2 * 201 * 64) + head)))
        #expect(step.bytes == Double(2 * (2 * (4 * square + mlp) + head) + 2 * 2 * 201 * 64 * 2))
        // Three tracks: each has its own KV cache; the weights are read once.
        let three = cost.decode(context: 200, tracks: 3)
        #expect(three.operations == 3 * step.operations)
        #expect(three.bytes == Double(2 * (2 * (4 * square + mlp) + head) + 3 * 2 * 2 * 201 * 64 * 2))
        // Ten tokens: 55 pairs in the first layer; in the last one only the last row is needed.
        let first = 10 * (4 * square + mlp) + 2 * 55 * 64, last = 10 * 2 * square + 2 * square + mlp + 2 * 10 * 64
        #expect(cost.prefill(tokens: 10).operations == Double(2 * (first + last + head)))
    }

    @Test func preprocessingReadsAndWritesEachNumberOnce() throws {
        let region = BoundingBox(left: 0, top: 0, width: 10, height: 20)
        #expect(try dam(.damTiny).preprocessing(width: 100, height: 50, region: region).bytes == Double(4 * (5000 + 200) + 8 * 70 * 70 * 4))
    }

    /// Known totals of one caption with DAM-3B: 15 TFLOP of vision for 8 frames, 9 TFLOP for a prompt of 1640 tokens.
    @Test func dam3BHasItsKnownTotals() throws {
        let cost = try dam(.dam3B)
        let vision = (cost.view + cost.viewWithContext + cost.projector) * 8
        #expect((15.0e12...15.5e12).contains(vision.operations))
        #expect((8.5e12...9.5e12).contains(cost.prefill(tokens: 1640).operations))
        // 2.6 billion weights of two bytes, and a KV cache of 0.6 GB.
        #expect((5.8e9...6.0e9).contains(cost.decode(context: 1800).bytes))
        let caption = cost.caption(preprocessing: ComputeCost(), frames: 8, prompt: 1640, tokens: 120)
        #expect(caption.count == 1 + 8 * 3 + 1 + 119)
        #expect(abs(caption.sum.operations / (vision + cost.prefill(tokens: 1640)).operations - 1) < 0.04)
    }

    @Test func shapesOfPublishedModels() throws {
        let configuration = try SyntheticModel.dam3B.configuration()
        #expect(configuration.visionTokens == 729 && configuration.imageTokens == 196 && configuration.videoFrames == 8)
    }

    /// The large model, whose windows fill its feature maps: PyTorch's own counter (torch.utils.flop_counter) finds 11 834 228
    /// 736 operations in the encoder's convolutions, 1 606 284 214 272 in its linear layers and 1 610 612 736 in the two that the
    /// decoder reads; attention's two products are 203 088 199 680.
    @Test func imageEncoderMatchesPyTorch() throws {
        let cost = try sam(.large)
        #expect(cost.encoder.operations == 11_834_228_736 + 1_606_284_214_272 + 1_610_612_736 + 203_088_199_680)
        // Parameters of the encoder, without biases, norms and positions.
        #expect((840e6...860e6).contains(cost.encoder.bytes))
        #expect(try sam(.tiny).encoder.operations < 291_067_395_072)
    }

    /// Quantised weights are read as stored, including the tiles' padding, and multiplied in 8 bits.
    @Test func quantisedWeightsAreCountedAsStored() throws {
        let configuration = try SyntheticModel.damTiny.configuration()
        let cost = DescribeAnythingCost(configuration: configuration, vision: .q8, language: .q4)
        let plain = try dam(.damTiny)
        #expect(cost.projector.operations == plain.projector.operations && cost.projector.int8Operations == cost.projector.operations)
        // 256 and 64 columns of 64 outputs.
        #expect(cost.projector.bytes == Double(4 * 4 * 1088 + 4 * 1088))
        let step = cost.decode(context: 200)
        #expect(step.operations == plain.decode(context: 200).operations)
        #expect(step.int8Operations == Double(2 * (2 * (4 * 64 * 64 + 3 * 64 * 160) + 64 * 1000)))
        // Two layers with a key and a value, four heads of 16 numbers and a scale of two bytes.
        #expect(cost.decode(context: 201).bytes - step.bytes == Double(2 * 2 * 4 * (16 + 2)))
    }

    private func sam(_ size: PublishedSize) throws -> SegmentAnythingCost {
        SegmentAnythingCost(configuration: try size.configuration(), weights: .f32)
    }

    @Test func timeIsTheLongerOfArithmeticAndMemoryStepByStep() {
        let speed = MachineSpeed.Limits(float: 10, int8: 1, bfloat16: 0, read: 2)
        let roofline = [ComputeCost(operations: 100, bytes: 4), ComputeCost(operations: 10, bytes: 8)].limit(speed)
        #expect(roofline.seconds == 14 && roofline.isArithmetic)
        // Half of the operations are in 8 bits.
        #expect([ComputeCost(operations: 100, int8Operations: 50, bytes: 4)].limit(speed).seconds == 55)
        // Weights of 16 bits: unchanged, or split where that is faster.
        let halves = ComputeCost.linear(1, from: 10, to: 5, .f16)
        #expect(halves.halfPrecisionOperations == 100 && halves.bfloat16Operations == 500)
        #expect([ComputeCost(operations: 100, halfPrecisionOperations: 100, bfloat16Operations: 500)].limit(speed).seconds == 10)
        let parts = MachineSpeed.Limits(float: 10, int8: 1, bfloat16: 100, read: 1000)
        #expect([halves].limit(parts).seconds == 5)
        #expect([ComputeCost.linear(1, from: 10, to: 5, .bf16)].limit(parts).seconds == 3)
        #expect([ComputeCost.linear(1, from: 10, to: 5, .f32)].limit(parts).seconds == 10)
        #expect([ComputeCost(operations: 100, int8Operations: 100)].limit(parts).seconds == 1)
        #expect([3.0, 1, 2].median == 2 && [4.0, 1].median == 2.5)
    }
}
