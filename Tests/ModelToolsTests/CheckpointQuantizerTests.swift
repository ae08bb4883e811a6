import DAMVideo
import DescribeAnything
import Foundation
import Imaging
import ModelTools
import Tensors
import TestSupport
import Testing

/// A quantised checkpoint must be complete and loadable, and must never replace a complete one partly.
struct CheckpointQuantizerTests {
    private func model(_ set: String) -> String { Fixtures.path("goldens/\(set)/model") }

    @discardableResult
    private func quantize(
        _ source: String, to output: URL, vision: WeightFormat, language: WeightFormat, overwrites: Bool = false
    ) throws -> QuantizationReport {
        try CheckpointQuantizer(source, to: output.path, vision: vision, language: language, overwrites: overwrites)()
    }

    @Test(arguments: ["dam-a", "dam-b", "dam-c", "dam-d", "dam-e"], [WeightFormat.q8, .q4])
    func loadsAndIsSmaller(set: String, language: WeightFormat) throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "small")
            let report = try quantize(model(set), to: output, vision: .q8, language: language)
            let found = try CheckpointInspection(directory: output.path)
            #expect(found.problems.isEmpty)
            #expect(report.parts.map(\.after.bytes) == found.parts.map(\.bytes))
            for part in report.parts {
                #expect(part.before.tensors == part.after.tensors && part.before.files == part.after.files)
                #expect(part.before.parameters == part.after.parameters)
            }
            let llm = try #require(found.parts.last?.dataTypes)
            // dam-c has no separate head: it uses the embeddings, which are not quantised.
            #expect((llm["Q4"] != nil) == (language == .q4) && (llm["Q8"] != nil) == (language == .q8 || set != "dam-c"))
            _ = try CaptionModel(directory: output.path)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["small"])
        }
    }

    /// Weights in a wider format, or unchanged, still give the published results within tolerance.
    @Test(arguments: [("dam-a", WeightFormat.keep), ("dam-b", .keep), ("dam-c", .f32), ("dam-d", .f32)])
    func widerWeightsAreTheSameModel(set: String, format: WeightFormat) throws {
        try withTemporaryDirectory { folder in
            let copy = folder.appending(path: "set")
            try FileManager.default.copyItem(atPath: Fixtures.path("goldens/\(set)"), toPath: copy.path)
            try quantize(model(set), to: copy.appending(path: "model"), vision: format, language: format, overwrites: true)
            let report = try Verifier.verify(copy.path)
            #expect(report.passed, "\(report.checks.filter { $0.outcome == .missed })")
        }
    }

    @Test func keepsShardsAndCopiesOtherFiles() throws {
        try withTemporaryDirectory { folder in
            let source = folder.appending(path: "source"), output = folder.appending(path: "out")
            try FileManager.default.copyItem(atPath: model("dam-b"), toPath: source.path)
            for name in ["LICENSE", ".hidden", "llm/pytorch_model.bin"] {
                try Data("x".utf8).write(to: source.appending(path: name))
            }
            try quantize(source.path, to: output, vision: .keep, language: .q8)
            func files(_ folder: URL) throws -> Set<String> { Set(try FileManager.default.subpathsOfDirectory(atPath: folder.path)) }
            #expect(try files(source).subtracting(files(output)) == [".hidden", "llm/pytorch_model.bin"])
            #expect(try files(output).isSubset(of: files(source)))
            for name in ["LICENSE", "config.json", "llm/tokenizer.model", "vision_tower/preprocessor_config.json"] {
                #expect(try Data(contentsOf: source.appending(path: name)) == Data(contentsOf: output.appending(path: name)))
            }
            let index = try JSONSerialization.jsonObject(
                with: Data(contentsOf: output.appending(path: "llm/model.safetensors.index.json"))) as? [String: [String: Any]]
            #expect(index?["weight_map"]?.count == 39)
            let bytes = try CheckpointInspection(directory: output.path).parts.last?.bytes
            #expect(index?["metadata"]?["total_size"] as? Int == bytes)
        }
    }

    @Test func onlyCheckpointsAreReplaced() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "out")
            try quantize(model("dam-e"), to: output, vision: .q8, language: .q8)
            func error(_ output: URL, overwrites: Bool) -> InputError? {
                #expect(throws: InputError.self) {
                    try quantize(model("dam-e"), to: output, vision: .q8, language: .q8, overwrites: overwrites)
                }
            }
            #expect(error(output, overwrites: false)?.category == .outputExists)
            try quantize(model("dam-e"), to: output, vision: .f16, language: .f16, overwrites: true)
            #expect(try CheckpointInspection(directory: output.path).parts.allSatisfy { $0.dataTypes["Q8"] == nil })
            let diary = output.appending(path: "diary")
            try FileManager.default.createDirectory(at: diary, withIntermediateDirectories: false)
            #expect(error(output, overwrites: true)?.category == .outputExists)
            #expect(FileManager.default.fileExists(atPath: diary.path))
            #expect(error(folder.appending(path: "none/out"), overwrites: false)?.category == .inputOutput)
        }
        for inside in ["llm", "new"] {
            #expect(throws: InputError.self) {
                try CheckpointQuantizer(model("dam-e"), to: model("dam-e") + "/" + inside, vision: .q8, language: .q8, overwrites: true)
            }
        }
    }

    /// A one-line error names file and tensor, and no output is left.
    @Test func invalidWeightsEndItAndLeaveNothing() throws {
        try withTemporaryDirectory { folder in
            let source = folder.appending(path: "source")
            try FileManager.default.copyItem(atPath: model("dam-e"), toPath: source.path)
            let file = source.appending(path: "mm_projector/model.safetensors")
            var data = try Data(contentsOf: file)
            let header = 8 + Int(data[0]) + Int(data[1]) << 8
            for offset in stride(from: header, to: data.count - 4, by: 4) {
                data.replaceSubrange(offset..<offset + 4, with: [0, 0, 0xc0, 0x7f])
            }
            try data.write(to: file)
            let error = #expect(throws: InputError.self) {
                try quantize(source.path, to: folder.appending(path: "out"), vision: .q8, language: .q8)
            }
            #expect(error?.category == .unusableModel)
            #expect(error?.description.contains("mm_projector/model.safetensors: layers.") == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("found an infinity or NaN in rows 0 to") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["source"])
        }
    }

    @Test func anInterruptedRunLeavesNothing() throws {
        struct Enough: Error {}
        try withTemporaryDirectory { folder in
            let quantizer = try CheckpointQuantizer(
                model("dam-e"), to: folder.appending(path: "out").path, vision: .q8, language: .q8)
            #expect(throws: Enough.self) { try quantizer { if $0.done == 5 { throw Enough() } } }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test func documentsRecordTheWeightFormat() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "small")
            try quantize(model("dam-a"), to: output, vision: .q8, language: .q4)
            var options = CaptionOptions(), clipOptions = ClipOptions()
            options.generation.maxNewTokens = 2
            clipOptions.tracks = [.number(4)]
            let document = try VideoCaptioner(CaptionModel(directory: output.path)).caption(
                clip: Courtyard.clip, masks: Courtyard.masks, options: options,
                clipOptions: clipOptions)
            #expect(document.tracks.count == 1 && document.model.weights == "vision q8, language q4")
            let schema = try JSONSchema(
                Data(contentsOf: Fixtures.root.appending(path: "Sources/DAMVideo/Documents/damvideo-1.schema.json")))
            #expect(try schema.problems(CaptionFormat.json.data(document, ClipRequest(clip: "", masks: ""))) == [])
        }
    }

    /// Damaged files of quantised weights: the checkpoint loads and generates some text, or an error is thrown.
    @Test(arguments: ["llm/model.safetensors", "vision_tower/model.safetensors"])
    func mutatedFilesLoadOrThrow(file: String) throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "out"), set = Fixtures.golden(.damE)
            try quantize(model("dam-e"), to: output, vision: .q8, language: .q4)
            let path = output.appending(path: file)
            let original = Array(try Data(contentsOf: path))
            var random = SeededGenerator(seed: UInt64(file.utf8.count)), options = CaptionOptions()
            options.generation.maxNewTokens = 2
            var loaded = 0, refused = 0
            for _ in 0..<300 {
                try Data(mutated(original, using: &random)).write(to: path)
                do {
                    let model = try CaptionModel(directory: output.path)
                    loaded += 1
                    guard loaded % 20 == 1 else { continue }
                    _ = try ImageDescriber(model).describe(
                        image: set + "/media/coffee.png", mask: set + "/media/coffee_wide.png", options: options)
                } catch let error as InputError {
                    refused += error.category == .unusableModel ? 1 : 0
                }
            }
            #expect(loaded > 0 && refused > 0)
        }
    }
}
