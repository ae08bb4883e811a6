import Foundation

/// The JSON header of a safetensors file. Source: https://github.com/huggingface/safetensors, "Format".
struct SafetensorsHeader {
    struct Declared: Codable {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]
    }

    var tensors: [String: Declared] = [:]
    /// Arbitrary strings; descriptions of quantised tensors are used (`TileLayout`).
    var metadata: [String: String] = [:]

    private static let metadataKey = "__metadata__"

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension SafetensorsHeader: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        for key in container.allKeys {
            if key.stringValue == Self.metadataKey {
                metadata = (try? container.decode([String: String].self, forKey: key)) ?? [:]
            } else {
                tensors[key.stringValue] = try container.decode(Declared.self, forKey: key)
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        try container.encode(metadata, forKey: Name(stringValue: Self.metadataKey))
        for (name, declared) in tensors { try container.encode(declared, forKey: Name(stringValue: name)) }
    }
}
