import Detectors
import Foundation
import Imaging
import TestSupport
import Tensors
import Testing

/// Unusable checkpoints lead to an error that gives the reason, never to a trap.
struct BrokenRFDETRTests {
    private func withCopy(_ name: String, _ body: (URL) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            for file in ["config.json", "model.safetensors", "preprocessor_config.json"] {
                try FileManager.default.copyItem(
                    atPath: RFDETRGoldens.folder(name) + "/" + file, toPath: folder.appending(path: file).path)
            }
            try body(folder)
        }
    }

    private func error(loading folder: URL) -> String {
        do {
            _ = try RFDETRDetector(directory: folder.path)
            return "none"
        } catch let error as CheckpointError {
            return error.description
        } catch {
            return "another: \(error)"
        }
    }

    private func edit(_ folder: URL, _ old: String, _ new: String, in file: String = "config.json") throws {
        let path = folder.appending(path: file), text = try String(contentsOf: path, encoding: .utf8)
        #expect(text.contains(old), "\(old)")
        try text.replacing(old, with: new).write(to: path, atomically: true, encoding: .utf8)
    }

    /// A tensor with a wrong shape is named as in the file, in either layout.
    @Test(arguments: [
        ("det-1", #""d_model": 32"#, #""d_model": 36"#,
            "backbone.0.projector.stages.0.0.cv1.conv.weight: found shape [32, 48, 1, 1], expected [36, 48, 1, 1]"),
        ("det-1", #""decoder_ffn_dim": 40"#, #""decoder_ffn_dim": 41"#,
            "transformer.decoder.layers.0.linear1.weight: found shape [40, 32], expected [41, 32]"),
        ("seg-1", #""decoder_ffn_dim": 40"#, #""decoder_ffn_dim": 41"#,
            "model.model.decoder.layers.0.mlp.fc1.weight: found shape [40, 32], expected [41, 32]"),
        ("seg-2", #""intermediate_size": 24"#, #""intermediate_size": 25"#,
            "segmentation_head.query_features_block.layers.0.weight: found shape [24, 32], expected [25, 32]"),
        ("det-2", #""num_queries": 12"#, #""num_queries": 13"#,
            "model.reference_point_embed.weight: found shape [36, 4], expected [39, 4]"),
    ])
    func namesTensorsThatDoNotFit(name: String, old: String, new: String, says: String) throws {
        try withCopy(name) { folder in
            try edit(folder, old, new)
            #expect(error(loading: folder).hasSuffix("model.safetensors: " + says), "\(error(loading: folder))")
        }
    }

    /// A missing tensor and an extra one are named as they are, or should be, in the file.
    @Test(arguments: [
        ("det-1", #""decoder_layers": 2"#, #""decoder_layers": 3"#,
            "transformer.decoder.layers.2.self_attn.in_proj_weight: found no such tensor, expected one of shape [96, 32]"),
        ("seg-4", #""decoder_layers": 2"#, #""decoder_layers": 3"#,
            "model.model.decoder.layers.2.self_attn.q_proj.weight: found no such tensor, expected one of shape [16, 16]"),
        ("seg-2", #""c2f_num_blocks": 3"#, #""c2f_num_blocks": 4"#,
            "backbone.0.projector.stages.0.0.m.3.cv1.conv.weight: found no such tensor, expected one of shape [16, 16, 3, 3]"),
        ("det-2", #""group_detr": 3"#, #""group_detr": 3, "c2f_num_blocks": 2, "use_mask": 1"#, "none"),
        ("det-2", #""use_mask_token": true"#, #""use_mask_token": false"#,
            "model.backbone.backbone.embeddings.mask_token: found a tensor that the model does not use"),
        ("det-2", #""num_hidden_layers": 4"#, #""num_hidden_layers": 3"#,
            "model.backbone.backbone.encoder.layer.3.attention.k_proj.weight: found a tensor that the model does not use"),
    ])
    func namesMissingAndUnusedTensors(name: String, old: String, new: String, says: String) throws {
        try withCopy(name) { folder in
            try edit(folder, old, new)
            #expect(error(loading: folder).contains(says), "\(error(loading: folder))")
        }
    }

    /// Without a `preprocessor_config.json` the input size is the backbone's, if it is divisible into windows.
    @Test func inputSizeComesFromThePreprocessorOrTheBackbone() throws {
        try withCopy("det-1") { folder in
            try FileManager.default.removeItem(at: folder.appending(path: "preprocessor_config.json"))
            #expect(try RFDETRDetector(directory: folder.path).model.side == 72)
        }
        try withCopy("det-2") { folder in
            try FileManager.default.removeItem(at: folder.appending(path: "preprocessor_config.json"))
            #expect(error(loading: folder).contains("preprocessor_config.json: found no such file"))
        }
    }

    @Test(arguments: [
        (#""height": 64"#, #""height": 65"#, "size: found 65 x 64, expected a square"),
        (#""height": 64"#, #""shortest_edge": 64"#, "size.shortest_edge: found a size that keeps the aspect ratio"),
        (#""resample": 2"#, #""resample": 3"#, "resample: found 3, expected 2, bilinear"),
        ("0.229", "0", "image_std: found [0.0, 0.224, 0.225], expected numbers above 0"),
    ])
    func refusesInvalidPreprocessors(old: String, new: String, says: String) throws {
        try withCopy("det-2") { folder in
            try edit(folder, old, new, in: "preprocessor_config.json")
            #expect(error(loading: folder).contains("preprocessor_config.json: " + says), "\(error(loading: folder))")
        }
    }

    @Test(arguments: [
        (#""model_type": "rf_detr""#, #""model_type": "lw_detr""#, "config.json: model_type: found \"lw_detr\", expected \"rf_detr\""),
        (#""num_windows": 2"#, #""num_windows": 3"#,
            "preprocessor_config.json: size: found 64, expected a side of at most 160 patches of 8 pixels, which 3 windows divide"),
        (#""num_feature_levels": 1"#, #""num_feature_levels": 2"#, "num_feature_levels: found 2, expected 1"),
        (#""use_swiglu_ffn": false"#, #""use_swiglu_ffn": true"#, "backbone_config.use_swiglu_ffn: found true, expected false"),
        (#""decoder_self_attention_heads": 2"#, #""decoder_self_attention_heads": 3"#,
            "decoder_self_attention_heads: found 3, expected a divisor of 32"),
        (#""num_queries": 12"#, #""num_queries": 65"#, "num_queries: found 65, expected at most 64"),
        (#""mask_downsample_ratio": 4"#, #""mask_downsample_ratio": 65"#,
            "mask_downsample_ratio: found 65, expected a ratio that gives masks of 1 to 512"),
    ])
    func refusesInvalidConfigurations(old: String, new: String, says: String) throws {
        try withCopy("det-2") { folder in
            try edit(folder, old, new)
            #expect(error(loading: folder).contains(says), "\(error(loading: folder))")
        }
    }

    /// Mutated files: the checkpoint loads and runs, or an error is thrown.
    @Test(arguments: [
        ("det-1", "config.json"), ("seg-2", "config.json"), ("det-1", "model.safetensors"), ("seg-1", "model.safetensors"),
        ("seg-2", "preprocessor_config.json"),
    ])
    func mutatedFilesLoadOrThrow(name: String, file: String) throws {
        let picture = try RFDETRGoldens(name).picture()
        try withCopy(name) { folder in
            let path = folder.appending(path: file), original = Array(try Data(contentsOf: path))
            var random = SeededGenerator(seed: 17), refused = 0
            for round in 0..<250 {
                let isText = file.hasSuffix("json")
                let bytes = isText && round % 2 == 0 ? withOddNumber(original, using: &random) : mutated(original, using: &random)
                try Data(bytes).write(to: path)
                do {
                    let detector = try RFDETRDetector(directory: folder.path)
                    #expect(detector(picture, threshold: 0.1).count <= detector.model.configuration.decoder.queries)
                } catch is CheckpointError {
                    refused += 1
                }
            }
            #expect(refused > 0 && refused < 250)
        }
    }
}
