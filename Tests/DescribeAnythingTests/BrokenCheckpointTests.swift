import DescribeAnything
import Foundation
import TestSupport
import Tensors
import Testing

/// A checkpoint that is damaged, incomplete or something else: a one-line error that names the file, what was found and what was
/// expected.
struct BrokenCheckpointTests {
    /// A copy of a valid checkpoint, to be damaged.
    private func withCopy(of set: String = "dam-b", _ body: (URL) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            let copy = folder.appending(path: "model")
            try FileManager.default.copyItem(atPath: Fixtures.path("goldens/\(set)/model"), toPath: copy.path)
            try body(copy)
        }
    }

    private func error(loading folder: URL) -> String {
        let error = #expect(throws: CheckpointError.self) { try DescribeAnythingModel(directory: folder.path) }
        let line = error?.description ?? ""
        #expect(!line.contains("\n") && line.contains(folder.path))
        return line
    }

    @Test(arguments: [
        ("llm/config.json", #""hidden_size": 64"#, #""hidden_size": 1000000000000"#,
         "hidden_size: found 1000000000000, expected a whole number from 1 to 65536"),
        ("llm/config.json", #""hidden_size": 64"#, #""hidden_size": -1"#, "hidden_size: found -1"),
        ("llm/config.json", #""hidden_size": 64"#, #""hidden_size": 60"#, "expected [60, 256]"),
        ("llm/config.json", #""hidden_size": 64"#, #""hidden_size": "wide""#, #"found "wide""#),
        ("llm/config.json", #""num_key_value_heads": 2"#, #""num_key_value_heads": 3"#, "found 3, expected a divisor of 8"),
        ("llm/config.json", #""num_hidden_layers": 4"#, #""num_hidden_layers": 1000"#, "found no such tensor"),
        ("llm/config.json", #""head_dim": 8"#, #""head_dim": 7"#, "expected an even number"),
        ("llm/config.json", #""rope_scaling": null"#, #""rope_scaling": {"type": "dynamic", "factor": 2}"#, "rope_scaling"),
        ("llm/config.json", #""vocab_size": 700"#, #""vocab_size": 699"#, "shape [700, 64], expected [699, 64]"),
        ("llm/config.json", #""hidden_act": "silu""#, #""hidden_act": "tanh""#, #"expected "silu""#),
        ("vision_tower/config.json", #""image_size": 112"#, #""image_size": 0"#, "image_size: found 0"),
        ("vision_tower/config.json", #""image_size": 112"#, #""image_size": 8192"#, "expected [262144, 64]"),
        ("vision_tower/config.json", #""patch_size": 16"#, #""patch_size": 0"#, "patch_size: found 0"),
        ("vision_tower/config.json", #""num_attention_heads": 4"#, #""num_attention_heads": 5"#, "a divisor of 64"),
        ("vision_tower/preprocessor_config.json", #""resample": 3"#, #""resample": 2"#, "expected 3 (bicubic)"),
        ("context_provider/config.json", #""num_hidden_layers": 5"#, #""num_hidden_layers": 2"#, "at least the 4 vision layers"),
        ("context_provider/config.json", #""cross_attn_end_to_all""#, #""concat""#, #"found "concat""#),
        ("context_provider/config.json", #""context_image_as_queries": false"#, #""context_image_as_queries": true"#, "one of the two"),
        ("mm_projector/config.json", #""mlp_downsample""#, #""mlpx_gelu""#, "mm_projector_type"),
        ("mm_projector/config.json", #""mlp_downsample""#, #""mlp2x_gelu""#, "layers.0.weight: found no such tensor"),
        ("config.json", #""mm_vision_select_layer": -2"#, #""mm_vision_select_layer": 9"#, "from -6 to 5"),
        ("config.json", #""image_aspect_ratio": "resize""#, #""image_aspect_ratio": "pad""#, #"found "pad", expected "resize""#),
    ])
    func impossibleConfiguration(file: String, old: String, new: String, says: String) throws {
        try withCopy { folder in
            let path = folder.appending(path: file)
            let text = try String(contentsOf: path, encoding: .utf8)
            #expect(text.contains(old), "the fixture no longer says \(old)")
            try text.replacingOccurrences(of: old, with: new).write(to: path, atomically: true, encoding: .utf8)
            let line = error(loading: folder)
            #expect(line.contains(says), "\(line)")
        }
    }

    @Test(arguments: [
        "config.json", "vision_tower/config.json", "vision_tower/preprocessor_config.json", "context_provider/config.json",
        "mm_projector/config.json", "llm/config.json", "vision_tower/model.safetensors", "context_provider/model.safetensors",
        "mm_projector/model.safetensors", "llm/model.safetensors.index.json", "llm/model-00003-of-00004.safetensors",
        "llm/tokenizer.model", "llm/tokenizer_config.json",
    ])
    func missingEmptyAndTruncatedFiles(file: String) throws {
        try withCopy { folder in
            let path = folder.appending(path: file)
            let whole = try Data(contentsOf: path)
            for data in [nil, Data(), whole.prefix(whole.count / 2)] {
                try? FileManager.default.removeItem(at: path)
                try data?.write(to: path)
                // Without an index the folder is expected to have a single file, which the error names.
                let name = data == nil && file.hasSuffix("index.json") ? "llm/model.safetensors" : file
                #expect(error(loading: folder).contains(name))
            }
        }
    }

    @Test func anUnusedTensorIsNamed() throws {
        try withCopy(of: "dam-a") { folder in
            let path = folder.appending(path: "mm_projector/config.json")
            try #"{"mm_projector_type": "mlp1x_gelu"}"#.write(to: path, atomically: true, encoding: .utf8)
            #expect(error(loading: folder).contains("layers.0.weight: found no such tensor, expected one of shape [64, 48]"))
        }
        try withCopy { folder in
            let path = folder.appending(path: "llm/config.json")
            let text = try String(contentsOf: path, encoding: .utf8)
            try text.replacingOccurrences(of: #""num_hidden_layers": 4"#, with: #""num_hidden_layers": 3"#)
                .write(to: path, atomically: true, encoding: .utf8)
            #expect(error(loading: folder).contains("model.layers.3.input_layernorm.weight: found a tensor that the model does not use"))
        }
    }

    @Test func inspectionListsEveryProblem() throws {
        try withCopy { folder in
            let path = folder.appending(path: "llm/config.json")
            let text = try String(contentsOf: path, encoding: .utf8)
            try text.replacingOccurrences(of: #""num_hidden_layers": 4"#, with: #""num_hidden_layers": 5"#)
                .write(to: path, atomically: true, encoding: .utf8)
            let inspection = try CheckpointInspection(directory: folder.path)
            #expect(inspection.problems.count == 9)
            #expect(inspection.problems.allSatisfy { $0.contains("model.layers.4.") && $0.contains("no such tensor") })
        }
    }

    /// Mutated files of every kind: the checkpoint loads, or an error is thrown.
    @Test(arguments: [
        "llm/model-00002-of-00004.safetensors", "mm_projector/model.safetensors", "llm/model.safetensors.index.json",
        "llm/config.json", "config.json", "vision_tower/config.json", "context_provider/config.json",
    ])
    func mutatedFilesLoadOrThrow(file: String) throws {
        try withCopy { folder in
            let path = folder.appending(path: file)
            let original = Array(try Data(contentsOf: path))
            var random = SeededGenerator(seed: UInt64(file.utf8.count))
            var refused = 0
            for _ in 0..<300 {
                try Data(mutated(original, using: &random)).write(to: path)
                do {
                    _ = try DescribeAnythingModel(directory: folder.path)
                } catch is CheckpointError {
                    refused += 1
                }
            }
            #expect(refused > 0)
        }
    }
}
