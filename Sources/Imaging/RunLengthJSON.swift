/// The JSON form of COCO and pycocotools: `{"size": [height, width], "counts": "..."}`, counts in the compressed form.
extension RunLengthEncoding: Codable {
    private enum CodingKeys: String, CodingKey { case size, counts }

    /// - Throws: `DecodingError`, and `InputError` for an invalid mask.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let size = try values.decode([Int].self, forKey: .size)
        guard size.count == 2 else {
            throw DecodingError.dataCorruptedError(
                forKey: .size, in: values, debugDescription: "found \(size.count) numbers, expected height and width")
        }
        try self.init(width: size[1], height: size[0], counts: Array(values.decode(String.self, forKey: .counts).utf8))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode([height, width], forKey: .size)
        try values.encode(String(decoding: counts, as: UTF8.self), forKey: .counts)
    }
}
