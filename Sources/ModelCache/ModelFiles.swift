import Foundation
import Imaging

/// The files of a repository that the model's loader needs.
package struct ModelFiles: Sendable, Equatable {
    package let kind: ModelKind
    /// Relative paths, sorted.
    package let paths: [String]
    /// The file to load; nil to load the folder.
    package let mainFile: String?

    private static let configuration = "config.json"
    private static let weights = "model.safetensors"
    private static let index = "model.safetensors.index.json"
    private static let parts = ["vision_tower", "context_provider", "mm_projector", "llm"]

    /// Small files that determine which others are needed.
    package static func descriptions(among paths: Set<String>) -> [String] {
        ([configuration, index] + parts.map { "\($0)/\(index)" }).filter(paths.contains)
    }

    /// - Parameters:
    ///   - model: the model's name in errors.
    ///   - paths: paths of all files.
    ///   - chosen: the file to use, an ONNX file or the SAM authors' `.pt`; nil to choose automatically.
    ///   - contents: contents of the `descriptions`.
    /// - Throws: `InputError`: `unusableModel` if the model is of unknown kind or the choice of file is ambiguous, `notFound` if
    ///   a file is missing.
    package init(
        of model: String, among paths: Set<String>, choosing chosen: String? = nil, contents: [String: Data]
    ) throws {
        let found = Repository(model: model, paths: paths, contents: contents)
        kind = try found.kind(chosen)
        switch kind {
        case .describeAnything:
            mainFile = nil
            let weights = try Self.parts.flatMap { part in
                try found.weights("\(part)/", isOptional: part == "mm_projector")
            }
            let required = [Self.configuration, "llm/tokenizer.model"] + Self.parts.map { "\($0)/\(Self.configuration)" }
            let others = ["vision_tower/preprocessor_config.json", "llm/tokenizer_config.json", "llm/special_tokens_map.json"]
            for path in required { _ = try found.require(path) }
            self.paths = (required + others.filter(paths.contains) + weights).sorted()
        case .segmentAnything:
            if let original = try found.original(chosen) {
                mainFile = original
                self.paths = [original] + (paths.contains(Self.configuration) ? [Self.configuration] : [])
            } else {
                mainFile = nil
                self.paths = try [found.require(Self.configuration)] + found.weights("")
            }
        case .rfDetr:
            mainFile = nil
            let preparation = "preprocessor_config.json"
            self.paths = try [found.require(Self.configuration)] + (paths.contains(preparation) ? [preparation] : [])
                + found.weights("")
        case .onnx:
            let file = try found.only(".onnx", chosen)
            mainFile = file
            // External weights have names derived from the model's.
            let stem = String(file.dropLast(".onnx".count))
            let data = paths.filter { path in [".onnx.data", ".onnx_data", ".data"].contains { path == stem + $0 } }
            self.paths = [file] + data.sorted()
        }
    }

    /// The files of a repository.
    private struct Repository {
        let model: String
        let paths: Set<String>
        let contents: [String: Data]

        func kind(_ chosen: String?) throws -> ModelKind {
            if let chosen {
                _ = try require(chosen)
                if chosen.hasSuffix(".onnx") { return .onnx }
                if chosen.hasSuffix(".pt") { return .segmentAnything }
                throw error(found: "file \(chosen)", expected: "an ONNX file or a .pt file of SAM 2")
            }
            if ["vision_tower", "context_provider", "llm"].allSatisfy({ paths.contains("\($0)/\(configuration)") }) {
                return .describeAnything
            }
            let type = try modelType()
            switch type {
            case "sam2", "sam2_video": return .segmentAnything
            case "rf_detr": return .rfDetr
            default: break
            }
            if paths.contains(where: { $0.hasSuffix(".onnx") }) { return .onnx }
            if type == nil, paths.contains(where: { $0.hasSuffix(".pt") && !$0.contains("/") }) { return .segmentAnything }
            throw error(
                found: type.map { "a model of type \"\($0)\"" } ?? "none of their files",
                expected: "Describe Anything, SAM 2, RF-DETR or an ONNX file")
        }

        private func modelType() throws -> String? {
            struct Configuration: Decodable { let model_type: String? }
            guard paths.contains(configuration) else { return nil }
            let data = contents[configuration] ?? Data()
            guard let file = try? JSONDecoder().decode(Configuration.self, from: data) else {
                throw error(found: "\(configuration) that is not a JSON object", expected: "a configuration")
            }
            return file.model_type
        }

        /// The weights of a folder: one file, or the shards listed in its index.
        func weights(_ folder: String, isOptional: Bool = false) throws -> [String] {
            struct Index: Decodable { let weight_map: [String: String] }
            let index = folder + ModelFiles.index, single = folder + ModelFiles.weights
            guard paths.contains(index) else {
                return isOptional && !paths.contains(single) ? [] : [try require(single)]
            }
            guard let shards = try? JSONDecoder().decode(Index.self, from: contents[index] ?? Data()).weight_map.values else {
                throw error(found: "\(index) without a weight_map", expected: "one that gives each tensor's file")
            }
            // Shards are in the folder of their index.
            return try [index] + Set(shards).sorted().map { shard in
                guard !shard.contains("/"), !shard.isEmpty else {
                    throw error(found: "shard \"\(shard)\" in \(index)", expected: "a file next to it")
                }
                return try require(folder + shard)
            }
        }

        /// The authors' file of a SAM 2 model; nil if there are tensors in the hub's layout, or none at all.
        func original(_ chosen: String?) throws -> String? {
            if let chosen { return chosen }
            guard !paths.contains(where: { $0.hasSuffix(".safetensors") && !$0.contains("/") }) else { return nil }
            return try only(".pt", nil)
        }

        /// The only file with an extension.
        func only(_ ending: String, _ chosen: String?) throws -> String {
            if let chosen { return chosen }
            let files = paths.filter { $0.hasSuffix(ending) }.sorted()
            guard files.count == 1 else {
                throw error(
                    found: "\(files.count) \(ending) files (\(files.prefix(6).joined(separator: ", ")))",
                    expected: "one: name it with --file when pulling, or give the file's path instead of the name")
            }
            return files[0]
        }

        func require(_ path: String) throws -> String {
            guard paths.contains(path) else {
                throw InputError(.notFound, model, found: "no file \(path)", expected: "all that the model needs")
            }
            return path
        }

        private func error(found: String, expected: String) -> InputError {
            InputError(.unusableModel, model, found: found, expected: expected)
        }
    }
}
