import Foundation
import Imaging
import ModelCache
import Testing

/// If these fail, unnecessary files are downloaded, or a downloaded model does not load.
struct ModelFilesTests {
    private func files(_ paths: [String], choosing file: String? = nil, _ contents: [String: String] = [:]) throws -> ModelFiles {
        try ModelFiles(of: "a/b", among: Set(paths), choosing: file, contents: contents.mapValues { Data($0.utf8) })
    }

    private static let captioner = [
        "config.json", "llm/config.json", "llm/tokenizer.model", "vision_tower/config.json", "vision_tower/model.safetensors",
        "context_provider/config.json", "context_provider/model.safetensors", "mm_projector/config.json",
        "mm_projector/model.safetensors", "vision_tower/preprocessor_config.json", "llm/tokenizer_config.json",
    ]

    @Test func describeAnythingNeedsFourPartsAndTheIndexedShards() throws {
        let index = #"{"weight_map": {"a": "model-2.safetensors", "b": "model-1.safetensors"}}"#
        let shards = ["llm/model.safetensors.index.json", "llm/model-1.safetensors", "llm/model-2.safetensors"]
        let others = ["README.md", "llm/model-3.safetensors", "llm/model.safetensors", "llm/generation_config.json", "pytorch_model.bin"]
        let contents = ["config.json": #"{"model_type": "llava_llama"}"#, "llm/model.safetensors.index.json": index]
        #expect(ModelFiles.descriptions(among: Set(Self.captioner + shards + others)) == ["config.json", shards[0]])
        let found = try files(Self.captioner + shards + others, contents)
        #expect(found.kind == .describeAnything && found.mainFile == nil && found.paths == (Self.captioner + shards).sorted())
        #expect(throws: InputError(.notFound, "a/b", found: "no file llm/model-2.safetensors", expected: "all that the model needs")) {
            try files(Self.captioner + shards.dropLast(), contents)
        }
        #expect(throws: InputError(
            .unusableModel, "a/b", found: #"shard "../x" in llm/model.safetensors.index.json"#, expected: "a file next to it")) {
            try files(Self.captioner + shards, ["llm/model.safetensors.index.json": #"{"weight_map": {"a": "../x"}}"#])
        }
    }

    @Test func trackersAndDetectorsAreRecognisedByConfiguration() throws {
        let published = [
            "config.json", "model.safetensors", "preprocessor_config.json", "processor_config.json", "sam2.1_hiera_tiny.pt",
            "sam2.1_hiera_t.yaml",
        ]
        let tracker = try files(published, ["config.json": #"{"model_type": "sam2_video"}"#])
        #expect(tracker.kind == .segmentAnything && tracker.paths == ["config.json", "model.safetensors"])
        let original = try files(["README.md", "sam2_hiera_small.pt", "sam2_hiera_s.yaml"])
        #expect(original.kind == .segmentAnything && original.mainFile == "sam2_hiera_small.pt")
        #expect(original.paths == ["sam2_hiera_small.pt"])
        let detector = try files(Array(published[..<4]), ["config.json": #"{"model_type": "rf_detr"}"#])
        #expect(detector.kind == .rfDetr && detector.paths == ["config.json", "preprocessor_config.json", "model.safetensors"])
    }

    @Test func anOnnxFileIsUniqueOrChosen() throws {
        let one = try files(["README.md", "onnx/model.onnx", "onnx/model.onnx_data", "config.json"], ["config.json": "{}"])
        #expect(one.kind == .onnx && one.mainFile == "onnx/model.onnx" && one.paths == ["onnx/model.onnx", "onnx/model.onnx_data"])
        let several = ["yolo-n.onnx", "yolo-s.onnx"]
        #expect(throws: InputError(
            .unusableModel, "a/b", found: "2 .onnx files (yolo-n.onnx, yolo-s.onnx)",
            expected: "one: name it with --file when pulling, or give the file's path instead of the name")) { try files(several) }
        #expect(try files(several, choosing: "yolo-s.onnx").paths == ["yolo-s.onnx"])
        #expect(throws: InputError.self) { try files(several, choosing: "yolo-x.onnx") }
    }

    @Test func otherModelsAreRefused() {
        #expect(throws: InputError(
            .unusableModel, "a/b", found: #"a model of type "llama""#, expected: "Describe Anything, SAM 2, RF-DETR or an ONNX file")) {
            try files(["config.json", "model.safetensors"], ["config.json": #"{"model_type": "llama"}"#])
        }
        #expect(throws: InputError.self) { try files(["README.md"]) }
    }
}
