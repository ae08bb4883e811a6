import DescribeAnything
import Files
import Foundation
import Imaging
import Tensors

/// A checkpoint directory's files besides the weights, and the rules for the path of a new one.
enum CheckpointFolder {
    /// Checks, before any work is done, that a new directory can be written at `path`.
    /// - Throws: `InputError`: `usage` if one directory lies within the other, `outputExists`, `inputOutput`.
    static func check(_ path: String, apartFrom source: String, overwrites: Bool) throws {
        func resolved(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path + "/" }
        let (new, old) = (resolved(path), resolved(source))
        guard !new.hasPrefix(old), !old.hasPrefix(new) else {
            throw InputError(.usage, "\(path): found the place of the checkpoint that is read, expected another to write to")
        }
        try PendingOutput.check(path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        guard overwrites else {
            throw InputError(.outputExists, "\(path): exists already (--overwrite replaces it)")
        }
        // Replacing a folder removes it, so it must contain nothing but a checkpoint.
        let names = isFolder.boolValue ? try? FileManager.default.contentsOfDirectory(atPath: path) : nil
        guard let names, names.isEmpty || names.contains("config.json"),
            names.allSatisfy({ CheckpointConversion.describeAnythingFolders.contains($0) || isFile("\(path)/\($0)") })
        else {
            throw InputError(.outputExists, "\(path): found something other than a checkpoint, expected a checkpoint to replace")
        }
    }

    /// Creates a directory with all of a checkpoint's files except the weights: configurations, tokenizer, licence.
    /// - Parameters:
    ///   - source: the checkpoint's directory; nil for a single file, which has no other files.
    ///   - folders: subfolders of the checkpoint.
    /// - Throws: `InputError`: `unusableModel` if one cannot be read, `inputOutput`.
    static func copyCompanions(from source: String?, to target: String, folders: [String]) throws {
        for folder in [""] + folders.map({ "/" + $0 }) {
            try OutputFile.translating(target + folder) {
                try FileManager.default.createDirectory(atPath: target + folder, withIntermediateDirectories: false)
            }
            guard let source else { continue }
            let names = try reading(source + folder) { try FileManager.default.contentsOfDirectory(atPath: source + folder) }
            for name in names.sorted() where isCompanion(name) && isFile("\(source)\(folder)/\(name)") {
                let path = "\(source)\(folder)/\(name)"
                let data = try reading(path) { try Data(contentsOf: URL(filePath: path)) }
                try OutputFile.create("\(target)\(folder)/\(name)") { try data.withUnsafeBytes($0) }
            }
        }
    }

    /// True for a file to copy: neither hidden nor weights in any format.
    private static func isCompanion(_ name: String) -> Bool {
        let weights = [".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".pt", ".pth", ".gguf", ".onnx"]
        return !name.hasPrefix(".") && !weights.contains(where: name.hasSuffix)
    }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }

    private static func reading<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw InputError(.unusableModel, "\(path): cannot be read: \(error.localizedDescription)")
        }
    }
}
