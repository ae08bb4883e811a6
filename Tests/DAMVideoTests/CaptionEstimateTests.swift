import DAMVideo
import DescribeAnything
import Foundation
import Masks
import TestSupport
import Testing

/// If these fail, `--dry-run` estimates another time or less memory than captioning takes.
struct CaptionEstimateTests {
    private static let model = Result { try CaptionModel(directory: Fixtures.model(.damA)) }

    private func estimate() throws -> CaptionEstimate {
        let captioner = VideoCaptioner(try Self.model.get())
        var options = CaptionOptions()
        options.generation.maxNewTokens = 100_000
        let request = ClipRequest(clip: Courtyard.clip, masks: Courtyard.masks)
        return captioner.report(try captioner.plan(request, options: options)).estimate
    }

    private func isWithin(_ factor: Double, _ found: Double, _ expected: Double) -> Bool {
        (expected / factor...expected * factor).contains(found)
    }

    // Multiply-adds, counted from dam-a's shapes: 7 x 7 patches of 14 pixels and four channels, width 48, MLP 96, three layers
    // used; language width 64, MLP 160, three layers, a vocabulary of 640.

    /// Two views, the context provider's layers for one of them, and 16 blocks of four features.
    private var frame: Double {
        let patches = 49 * 4 * 14 * 14 * 48
        let attention = 49 * 48 * 48 * 4 + 2 * 49 * 49 * 48
        let mlp = 2 * 49 * 48 * 96
        let projector = 16 * (192 * 64 + 64 * 64)
        return Double(2 * patches + 9 * (attention + mlp) + projector)
    }

    private let languageLayer = 4 * 64 * 64 + 3 * 64 * 160

    /// Five tracks of eight frames and a prompt each. Of the last layer only keys, values and the last row are computed.
    @Test func secondsAreProportionalToTheWork() throws {
        let estimate = try estimate(), tokens = estimate.promptTokens
        let whole = tokens * languageLayer + tokens * tokens * 64
        let prompt = 2 * whole + tokens * 2 * 64 * 64
        #expect(isWithin(1.2, estimate.encodingSeconds / estimate.promptSeconds, 8 * frame / Double(prompt)))
    }

    /// Speeds vary with the machine's load, and a token of such a small model takes microseconds.
    @Test func secondsMatchTheMachine() throws {
        let estimate = try estimate(), speed = try Self.model.get().model.measuredSpeed(tracks: estimate.batch)
        // Keys and values of two bytes for each token so far, weights of four.
        let cache = estimate.batch * estimate.promptTokens * 3 * 2 * 64 * 2
        let bytes = 4 * (3 * languageLayer + 64 * 640) + cache
        #expect(isWithin(30, estimate.tokenSeconds, Double(bytes) / speed.bytes / Double(estimate.batch)))
        #expect(isWithin(30, estimate.encodingSeconds, 40 * 2 * frame / speed.operations))
    }

    @Test func bytesCountFilesAndBuffers() throws {
        let estimate = try estimate()
        let parts = ["vision_tower", "context_provider", "mm_projector", "llm"]
        let files = try parts.map { try Data(contentsOf: URL(filePath: Fixtures.model(.damA) + "/\($0)/model.safetensors")).count }
        // Headers are not weights.
        #expect(isWithin(1.05, Double(estimate.weightBytes), Double(files.reduce(0, +))))
        // A KV cache for a full context; 40 frames of 8 planes; the decoder's frames.
        let cache = estimate.batch * 4096 * 3 * 2 * 64 * 2, crops = 40 * 8 * 98 * 98, pictures = 768 * 576 * 3
        #expect(estimate.workingBytes > cache + crops + pictures)
        #expect(estimate.workingBytes < 2 * cache + 2 * crops + 20 * pictures)
    }
}
