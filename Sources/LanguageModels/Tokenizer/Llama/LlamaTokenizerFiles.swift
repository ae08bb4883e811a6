import Files
import Foundation
import Tensors

/// Token settings of `tokenizer_config.json` and `special_tokens_map.json`, as transformers 4.46 reads them: the map counts only
/// if the configuration has no `added_tokens_decoder`. Keys that are absent, null or of an unknown kind take LLaMA's defaults.
package struct LlamaTokenizerFiles {
    /// `added_tokens_decoder`, by id.
    private(set) var added: [Int: AddedToken] = [:]
    /// Named special tokens, in the order in which those without an id are assigned one.
    private(set) var named: [(name: String, token: AddedToken)] = []
    private(set) var additionalSpecial: [AddedToken] = []
    let addsBOS: Bool
    let addsPrefixSpace: Bool

    /// - Throws: `CheckpointError` if the configuration is missing or either file is not a JSON object.
    init(directory: String) throws {
        let path = directory + "/tokenizer_config.json"
        guard let values = try Self.object(path) else {
            throw CheckpointError(file: path, found: "no readable file", expected: "a tokenizer configuration in JSON")
        }
        self.init(values, map: try Self.object(directory + "/special_tokens_map.json") ?? [:])
    }

    /// LLaMA's defaults.
    package init() { self.init([:], map: [:]) }

    private init(_ configuration: [String: Any], map: [String: Any]) {
        var values = configuration
        if let decoder = values["added_tokens_decoder"] as? [String: Any] {
            for (key, value) in decoder {
                // An id beyond 32 bits could overflow later arithmetic.
                guard let id = Int32(key), id >= 0, let token = Self.token(value) else { continue }
                added[Int(id)] = token
            }
        } else {
            values.merge(map) { $1 }
        }
        addsBOS = values["add_bos_token"] as? Bool ?? true
        addsPrefixSpace = values["add_prefix_space"] as? Bool ?? true
        let defaults = ["bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"]
        for name in ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"] {
            if let token = Self.token(values[name]) ?? Self.token(defaults[name]) { named.append((name, token)) }
        }
        additionalSpecial = (values["additional_special_tokens"] as? [Any] ?? []).compactMap(Self.token)
    }

    /// The text of a special token that has a default.
    func content(of name: String) -> ByteString? { named.first { $0.name == name }?.token.content }

    private static func token(_ value: Any?) -> AddedToken? {
        if let text = value as? String { return text.isEmpty ? nil : AddedToken(content: ByteString(text)) }
        guard let values = value as? [String: Any], let text = values["content"] as? String, !text.isEmpty else {
            return nil
        }
        return AddedToken(
            content: ByteString(text), stripsLeft: values["lstrip"] as? Bool ?? false,
            stripsRight: values["rstrip"] as? Bool ?? false, isSingleWord: values["single_word"] as? Bool ?? false)
    }

    /// - Returns: nil if the file does not exist.
    private static func object(_ path: String) throws -> [String: Any]? {
        guard let data = fileContents(path) else { return nil }
        guard let value = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed) else {
            let found = "\(data.count) bytes that are not valid JSON"
            throw CheckpointError(file: path, found: found, expected: "a JSON object")
        }
        guard let object = value as? [String: Any] else {
            throw CheckpointError(file: path, found: "JSON of another kind", expected: "a JSON object")
        }
        return object
    }
}
