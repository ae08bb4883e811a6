import Files
import Foundation
import Tensors

/// `model.safetensors.index.json`, which maps each tensor of a folder to its file.
struct CheckpointIndex: Encodable {
    static let fileName = "model.safetensors.index.json"

    struct Metadata: Encodable {
        var total_size = 0
    }

    private(set) var metadata = Metadata()
    private(set) var weight_map: [String: String] = [:]

    mutating func add(_ layout: SafetensorsLayout, file: String) {
        metadata.total_size += layout.byteCount
        for entry in layout.entries { weight_map[entry.name] = file }
    }

    /// - Throws: `InputError` of category `inputOutput`.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try OutputFile.write(try encoder.encode(self) + Data("\n".utf8), to: path, replaces: false)
    }
}
