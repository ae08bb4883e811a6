import Foundation
import SegmentAnything
import TestSupport
import Tensors
import Testing

/// Unusable checkpoints lead to an error that gives the reason, never to a trap.
struct BrokenSegmentAnythingTests {
    private func withCopy(_ body: (URL) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            for file in ["config.json", "model.safetensors"] {
                try FileManager.default.copyItem(
                    atPath: Fixtures.path("sam/sam-c/\(file)"), toPath: folder.appending(path: file).path)
            }
            try body(folder)
        }
    }

    /// The error of loading a checkpoint and segmenting a picture.
    private func error(loading folder: URL) -> String {
        do {
            try load(folder)
            return "none"
        } catch let error as CheckpointError {
            return error.description
        } catch {
            return "another: \(error)"
        }
    }

    private func load(_ folder: URL) throws {
        let model = try SegmentAnythingImageModel(directory: folder.path), side = model.configuration.imageSize
        let features = model.features(.zeros([side, side, 3]))
        let prediction = model.masks(
            embedding: model.embeddingWithoutMemory(features), highResolution: features.highResolution,
            prompts: model.promptEncoder(points: [.none]), multimask: false)
        #expect(prediction.ious.count == 1)
    }

    private func edit(_ folder: URL, _ old: String, _ new: String) throws {
        let path = folder.appending(path: "config.json"), text = try String(contentsOf: path, encoding: .utf8)
        #expect(text.contains(old))
        try text.replacing(old, with: new).write(to: path, atomically: true, encoding: .utf8)
    }

    @Test func namesMissingTensors() throws {
        try withCopy { folder in
            try FileManager.default.removeItem(at: folder.appending(path: "model.safetensors"))
            #expect(error(loading: folder).contains("model.safetensors: found No such file"))
            try FileManager.default.removeItem(at: folder.appending(path: "config.json"))
            #expect(error(loading: folder).contains("config.json: found no such file"))
        }
    }

    @Test func namesTensorsThatDoNotFit() throws {
        try withCopy { folder in
            try edit(folder, #""iou_head_hidden_dim": 8"#, #""iou_head_hidden_dim": 9"#)
            #expect(error(loading: folder).hasSuffix(
                "mask_decoder.iou_prediction_head.proj_in.weight: found shape [8, 16], expected [9, 16]"))
        }
        try withCopy { folder in
            try edit(folder, #""num_multimask_outputs": 2"#, #""num_multimask_outputs": 1"#)
            #expect(error(loading: folder).contains("mask_decoder.mask_tokens.weight: found shape [3, 16], expected [2, 16]"))
        }
    }

    @Test func namesUnusedTensors() throws {
        try withCopy { folder in
            try edit(folder, #""iou_head_depth": 3"#, #""iou_head_depth": 2"#)
            #expect(error(loading: folder).contains(
                "mask_decoder.iou_prediction_head.layers.0.bias: found a tensor that the model does not use"))
        }
    }

    /// Mutated files: the checkpoint loads and segments, or an error is thrown.
    @Test(arguments: ["config.json", "model.safetensors"])
    func mutatedFilesLoadOrThrow(file: String) throws {
        try withCopy { folder in
            let path = folder.appending(path: file), original = Array(try Data(contentsOf: path))
            var random = SeededGenerator(seed: 6), refused = 0
            for _ in 0..<300 {
                try Data(mutated(original, using: &random)).write(to: path)
                do {
                    try load(folder)
                } catch is CheckpointError {
                    refused += 1
                }
            }
            #expect(refused > 0)
        }
    }

    /// Every configuration number at its limits: nothing traps before the tensors are loaded.
    @Test(arguments: ["0", "-1", "1", "3", "64", "1e300", "9223372036854775807", "65536", "null", "\"x\"", "[]", "{}", "true"])
    func extremeNumbersLoadOrThrow(value: String) throws {
        try withCopy { folder in
            let path = folder.appending(path: "config.json"), text = try String(contentsOf: path, encoding: .utf8)
            let lines = text.components(separatedBy: "\n")
            for (index, line) in lines.enumerated() {
                guard let number = line.firstMatch(of: #/-?[0-9][0-9.e\-]*,?$/#) else { continue }
                var changed = lines
                changed[index] = line.replacing(number.output, with: number.output.hasSuffix(",") ? value + "," : value)
                try changed.joined(separator: "\n").write(to: path, atomically: true, encoding: .utf8)
                #expect(!error(loading: folder).hasPrefix("another"))
            }
        }
    }
}
