import DescribeAnything
import Foundation
import Imaging
import Media
import Tensors

/// A folder of results computed by the published code: `model/`, `media/`, `expected.json`, `expected.safetensors`.
struct GoldenSet {
    let path: String
    let cases: [GoldenCase]
    /// Expected tensors by name; nil if the set has no such file, in which case no tensors are compared.
    let tensors: SafetensorsFile?

    /// - Throws: `InputError` or `CheckpointError` for a missing or malformed file.
    init(path: String) throws {
        self.path = path
        let file = path + "/expected.json"
        guard let data = FileManager.default.contents(atPath: file) else {
            throw InputError(.notFound, "\(file): no such file")
        }
        do {
            cases = try JSONDecoder().decode([GoldenCase].self, from: data)
        } catch {
            throw InputError(.invalid, "\(file): found \(briefly(error)), expected a list of cases")
        }
        let tensorFile = path + "/expected.safetensors"
        tensors = FileManager.default.fileExists(atPath: tensorFile) ? try SafetensorsFile(path: tensorFile) : nil
    }

    /// The expected tensor of a case; nil if the set has none.
    func expected(_ name: String, of golden: GoldenCase) -> Tensor? { tensors?.tensor("\(golden.name).\(name)") }

    /// Reads a case's images and masks into focal prompts, one per frame.
    /// - Throws: `InputError` or `VideoError` for a missing or invalid image, or an inconsistent case.
    func prompts(of golden: GoldenCase, _ imageProcessor: ImageProcessor) throws -> [FocalPrompt] {
        guard let crop = CropMode(promptMode: golden.crop ?? "full+focal_crop") else {
            throw InputError(
                .invalid, "\(path)/expected.json: \(golden.name): found crop \"\(golden.crop ?? "")\", expected "
                    + CropMode.allCases.map { "full+\($0.rawValue)" }.joined(separator: ", "))
        }
        guard golden.images.count == golden.masks.count else {
            throw InputError(
                .invalid, "\(path)/expected.json: \(golden.name): found \(golden.images.count) images and "
                    + "\(golden.masks.count) masks, expected equal numbers")
        }
        return try zip(golden.images, golden.masks).map { image, mask in
            do {
                return try imageProcessor(
                    ImageDecoder.rgb(path: "\(path)/media/\(image)"), ImageDecoder.mask(path: "\(path)/media/\(mask)"),
                    crop: crop)
            } catch let error as FocalPromptError {
                throw InputError(.invalid, "\(path)/media/\(mask): \(error)")
            }
        }
    }

    /// Sampling parameters with expected token probabilities for a case, parsed from names such as `probs_t0.2_p0.5`.
    func probabilities(of golden: GoldenCase) -> [(name: String, temperature: Double, topP: Double)] {
        let prefix = "\(golden.name).probs_t"
        return (tensors?.entries.keys.sorted() ?? []).compactMap { name in
            guard name.hasPrefix(prefix) else { return nil }
            let values = name.dropFirst(prefix.count).components(separatedBy: "_p")
            guard values.count == 2, let temperature = Double(values[0]), let topP = Double(values[1]) else { return nil }
            return ("probs_t\(values[0])_p\(values[1])", temperature, topP)
        }
    }
}

/// One case of a set: frames, a query, and the published code's results.
struct GoldenCase: Decodable {
    let name: String
    let images: [String]
    let masks: [String]
    let crop: String?
    let query: String
    let prompt: String?
    let inputIDs: [Int]?
    let prefillTokens: Int?
    /// Expected answers of "greedy" and "beamN" decoding.
    let generations: [(name: String, beams: Int, expected: GoldenGeneration)]

    /// An expected answer: token ids, text, and the logits' margin at each step.
    struct GoldenGeneration: Decodable {
        let ids: [Int]
        let text: String?
        let margins: [Double]?
        let maxNewTokens: Int?

        enum CodingKeys: String, CodingKey {
            case ids, text, margins
            case maxNewTokens = "max_new_tokens"
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func optional<Value: Decodable>(_ key: String) throws -> Value? {
            try container.decodeIfPresent(Value.self, forKey: Key(stringValue: key))
        }
        name = try container.decode(String.self, forKey: Key(stringValue: "name"))
        images = try container.decode([String].self, forKey: Key(stringValue: "images"))
        masks = try container.decode([String].self, forKey: Key(stringValue: "masks"))
        query = try container.decode(String.self, forKey: Key(stringValue: "query"))
        crop = try optional("crop")
        prompt = try optional("prompt")
        inputIDs = try optional("input_ids")
        prefillTokens = try optional("prefill_tokens")
        generations = try container.allKeys.map(\.stringValue).sorted(by: >).compactMap { key in
            let beams = key == "greedy" ? 1 : key.hasPrefix("beam") ? Int(key.dropFirst(4)) : nil
            guard let beams, beams > 0, let expected: GoldenGeneration = try optional(key) else { return nil }
            return (key, beams, expected)
        }
    }
}
