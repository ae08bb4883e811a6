import DescribeAnything
import Foundation
import ObjectTracking
import SegmentAnything
import Tensors
import TestSupport
import Testing

/// Published checkpoints, which are too large for the repository. If these fail, users of the published weights get no captions
/// or masks, or different ones from the published code's. Each test runs only if its variable is set:
///
/// - `DAMVIDEO_TEST_DAM`: a checkpoint directory in the layout of `nvidia/DAM-3B-Video`;
/// - `DAMVIDEO_TEST_DAM_STAGE`: a safetensors file with stages of that model computed by the published code;
/// - `DAMVIDEO_TEST_SAM`: a directory in the layout of `facebook/sam2.1-hiera-*`, or one of the authors' `.pt` files.
///
/// A stage file names its tensors like `Tests/Fixtures/goldens/*/expected.safetensors`, prefixed by a case's name and a dot, in
/// single precision: `<case>.pixels` `[frames, 8, side, side]` (image and mask of the full view, then of the crop), and at least
/// one of `<case>.context_features` `[frames, tokens, vision width]`, `<case>.region_features` of the same shape and
/// `<case>.image_tokens` `[frames, image tokens, language width]`. Each is computed from its own input in the file, if present:
/// the features from the pixels, image tokens from `region_features`.
///
/// Shapes must equal the published ones if the language model's width is that of DAM-3B, or the Hiera's widths those of SAM 2.1;
/// a smaller checkpoint must agree with its own configuration.
@Suite(.serialized) struct PublishedModelTests {
    private static func path(_ variable: String) -> String? {
        ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static let dam = path("DAMVIDEO_TEST_DAM"), sam = path("DAMVIDEO_TEST_SAM")
    private static let stages = path("DAMVIDEO_TEST_DAM_STAGE")
    private static let model = Result { try timed("DAM") { try DescribeAnythingModel(directory: dam ?? "") } }

    /// Prints the load time, which users wait before the first caption.
    private static func timed<Model>(_ name: String, _ load: () throws -> Model) rethrows -> Model {
        let clock = ContinuousClock(), start = clock.now
        let model = try load()
        print("\(name) loaded in \((clock.now - start).formatted(.units(allowed: [.seconds], fractionalPart: .show(length: 3))))")
        return model
    }

    private static let variableIsMissing: Comment = "its environment variable names no checkpoint"

    @Test(.enabled(if: dam != nil, variableIsMissing))
    func describeAnythingHasThePublishedShapes() throws {
        let model = try Self.model.get(), configuration = model.configuration
        let vision = configuration.vision, language = configuration.language
        #expect(configuration.contextProvider.hiddenSize == vision.hiddenSize)
        #expect(configuration.gridSide == configuration.imageSize / vision.patchSize)
        #expect(configuration.language.attentionHeads % configuration.language.keyValueHeads == 0)
        #expect(model.tokenizer.vocabularySize <= language.vocabularySize)
        let side = configuration.imageSize
        let pixels = Tensor([8, side, side], values: (0..<8 * side * side).map { Float($0 % 251) / 125 - 1 })
        let features = model.contextFeatures(pixels)
        #expect(features.rows == configuration.visionTokens && features.shape.last == vision.hiddenSize)
        let tokens = model.imageTokens(features)
        #expect(tokens.rows == configuration.imageTokens && tokens.shape.last == language.hiddenSize)
        #expect(!tokens.array.contains { !$0.isFinite })
        guard language.hiddenSize == 2560 else { return }
        let visionShape: [Int] = [vision.hiddenSize, vision.intermediateSize, vision.hiddenLayers, vision.attentionHeads]
        #expect(visionShape == [1152, 4304, 27, 16])
        #expect(vision.patchSize == 14 && side == 384 && configuration.visionLayers == 26)
        #expect(configuration.visionTokens == 729 && configuration.imageTokens == 196 && configuration.videoFrames == 8)
        let languageShape: [Int] = [language.intermediateSize, language.hiddenLayers, language.headSize]
        #expect(languageShape == [6912, 32, 128])
        #expect(language.attentionHeads == 20 && language.keyValueHeads == 20 && language.contextLength == 4096)
    }

    @Test(.enabled(if: dam != nil, variableIsMissing))
    func describeAnythingCaptionsTheFirstTrackOfTheCourtyard() throws {
        let run = try CommandRun([
            "caption", Courtyard.clip, "--masks", Courtyard.masks, "--track", "1", "--model", try #require(Self.dam),
            "--temperature", "0", "--max-new-tokens", "200", "-o", "-", "--quiet",
        ])
        try #require(run.status == 0, "\(run.errors)")
        let document = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
        let tracks = try #require(document["tracks"] as? [[String: Any]])
        let track = try #require(tracks.first)
        #expect(tracks.count == 1 && (document["errors"] as? [Any])?.isEmpty == true)
        let caption = try #require(track["caption"] as? String)
        #expect(!caption.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty)
        let reason = try #require(track["finish_reason"] as? String)
        #expect(["stop", "length"].contains(reason))
        let generated = try #require((track["usage"] as? [String: Any])?["completion_tokens"] as? Int)
        #expect(reason == "length" ? generated == 200 : (1...200).contains(generated))
    }

    /// Weights of 16 bits; both sides compute in single precision.
    @Test(.enabled(if: dam != nil && stages != nil, variableIsMissing))
    func describeAnythingComputesThePublishedStages() throws {
        let model = try Self.model.get(), file = try SafetensorsFile(path: try #require(Self.stages))
        let cases = Set(file.entries.keys.filter { $0.hasSuffix(".pixels") }.map { String($0.dropLast(".pixels".count)) }).sorted()
        var compared = 0
        for name in cases {
            let pixels = try frames(of: "\(name).pixels", file)
            let contexts = pixels.map(model.contextFeatures)
            let regions = zip(pixels, contexts).map { model.regionFeatures($0, context: $1) }
            let given = try file.tensor("\(name).region_features").map { _ in try frames(of: "\(name).region_features", file) }
            let features = pixels.indices.map { model.skipsContextProvider(pixels[$0]) ? contexts[$0] : (given ?? regions)[$0] }
            for (stage, found) in [
                ("context_features", contexts), ("region_features", regions), ("image_tokens", features.map(model.imageTokens)),
            ] {
                guard let expected = file.tensor("\(name).\(stage)") else { continue }
                compared += 1
                let values = found.flatMap(\.array)
                try #require(values.count == expected.array.count, "\(name).\(stage): \(expected.shape)")
                let largest = expected.array.map(abs).max() ?? 0
                let difference = zip(values, expected.array).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
                #expect(difference <= 1e-3 * largest, "\(name).\(stage)")
            }
        }
        #expect(compared > 0, "the file has no stage: it names \(file.entries.keys.sorted().prefix(8))")
    }

    /// Frames of a tensor, each without the first dimension.
    private func frames(of name: String, _ file: SafetensorsFile) throws -> [Tensor] {
        let tensor = try #require(file.tensor(name), "\(name) is missing")
        let shape = Array(tensor.shape.dropFirst()), count = shape.reduce(1, *), values = tensor.array
        return (0..<tensor.shape[0]).map { Tensor(shape, values: Array(values[$0 * count..<($0 + 1) * count])) }
    }

    @Test(.enabled(if: sam != nil, variableIsMissing))
    func segmentAnythingTracksTheCourtyard() throws {
        let path = try #require(Self.sam)
        _ = try Self.timed("SAM 2.1") { try SegmentationModel(path: path) }
        let configuration = try SegmentAnythingCheckpoint(path: path).configuration
        let memory = try #require(configuration.memory, "a checkpoint for pictures only cannot follow objects")
        #expect(configuration.promptEncoder.embeddingSide * 16 == configuration.imageSize)
        #expect(memory.attentionHiddenSize == configuration.hiddenSize)
        let isPublished = [96, 112, 144].contains(configuration.vision.backbone.widthPerStage[0])
        if isPublished {
            #expect(configuration.imageSize == 1024 && configuration.hiddenSize == 256)
            let sides: [Int] = configuration.vision.mapSides
            #expect(sides == [256, 128, 64, 32] && memory.maskMemories == 7)
            #expect(memory.encoderOutputChannels == 64 && memory.attentionLayers == 4)
        }
        let run = try CommandRun([
            "track", Courtyard.clip, "--sam", path, "--masks", Courtyard.masks, "--from-frame", "0", "--duration", "0.5",
            "--evaluate", Courtyard.masks, "--json", "--quiet",
        ])
        try #require(run.status == 0, "\(run.errors)")
        let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
        #expect(report["frames"] as? Int == 5 && report["compared_frames"] as? Int == 4)
        #expect((report["tracks"] as? [Any])?.count == 5)
        // Random weights do not track anything.
        if isPublished { #expect(try #require(report["j"] as? Double) > 0.7) }
    }
}
