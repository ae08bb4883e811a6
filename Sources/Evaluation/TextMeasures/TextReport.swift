import Imaging

/// Scores of captions in a file against references or class names in another.
package struct TextReport: Encodable, Sendable {
    /// Nil without references.
    package let measures: CaptionMeasures?
    /// Mean over the captions; nil without names.
    package let semanticIoU: Double?
    package let captions: Int
    /// Number of references or names without a caption, which are not scored.
    package let withoutCaption: Int

    enum CodingKeys: String, CodingKey {
        case measures, captions
        case semanticIoU = "semantic_iou", withoutCaption = "without_caption"
    }

    /// - Parameters:
    ///   - captions: file with a caption by id, or with records of `pred` and their references.
    ///   - references: file with captions by id; nil for none.
    ///   - names: file with a name by id; nil for none.
    /// - Throws: `InputError` for a missing or invalid file, or one that lacks an id of the captions.
    package init(captions path: String, references: String?, names: String?) throws {
        let records = try Self.records(path), order = records.map(\.id)
        guard !order.isEmpty else { throw InputError(.invalid, path, found: "no caption", expected: "some") }
        let captions = try records.map { record in
            guard let caption = record.caption else {
                throw InputError(.invalid, record.json.place, found: "no \"pred\"", expected: "a caption")
            }
            return (id: record.id, text: caption)
        }
        // Records include their references.
        let own = references == nil && names == nil ? Dictionary(uniqueKeysWithValues: records.map { ($0.id, $0.references) }) : nil
        if let bare = records.first(where: { own?[$0.id]?.isEmpty ?? false }) {
            throw InputError(
                .invalid, path, found: "no reference for \(bare.id)", expected: "--references, --names, or \"Answer\" in records")
        }
        let given = try references.map { try Self.byID($0, isOne: false, all: order) } ?? own
        let named = try names.map { try Self.byID($0, isOne: true, all: order) }
        measures = given.flatMap { texts in
            CaptionMeasures(captions.map { CaptionMeasures.Pair(caption: $0.text, references: texts[$0.id] ?? []) })
        }
        semanticIoU = named.map { names in
            captions.reduce(0) { $0 + SemanticIoU.score(caption: $1.text, name: names[$1.id]?[0] ?? "") } / Double(order.count)
        }
        self.captions = order.count
        withoutCaption = Set(given.map { Array($0.keys) } ?? []).union(named.map { Array($0.keys) } ?? []).subtracting(order).count
    }

    /// Captions: texts by id, or records with their references.
    static func records(_ path: String) throws -> [CaptionRecord] {
        if JSONRecords.areRecords(path, with: "pred") { return try CaptionRecord.read(path) }
        return try texts(path, isOne: true).map { id, texts in
            CaptionRecord(id: id, caption: texts.first, references: [], query: nil, json: JSONPlace(.null, at: "\(path): \(id)"))
        }
    }

    /// References by id from a file of texts.
    static func references(_ path: String) throws -> [String: [String]] {
        Dictionary(uniqueKeysWithValues: try texts(path, isOne: false).map { ($0.id, $0.texts) })
    }

    private static func byID(_ path: String, isOne: Bool, all ids: [String]) throws -> [String: [String]] {
        let texts = Dictionary(uniqueKeysWithValues: try texts(path, isOne: isOne).map { ($0.id, $0.texts) })
        if let missing = ids.first(where: { texts[$0] == nil }) {
            throw InputError(.invalid, path, found: "nothing for \(missing), which has a caption", expected: "a text for each caption")
        }
        return texts
    }

    /// Texts by id: an object of them, COCO's list of results, or COCO's annotations. A query among them is ignored.
    /// - Parameter isOne: true if each id must have exactly one.
    private static func texts(_ path: String, isOne: Bool) throws -> [(id: String, texts: [String])] {
        let file = try JSONPlace(file: path, expected: "texts by id")
        var order: [String] = [], texts: [String: [String]] = [:]
        func add(_ id: String, _ values: [String], _ place: JSONPlace) throws {
            if texts[id] == nil { order.append(id) }
            texts[id, default: []] += values
            guard !isOne || texts[id]?.count == 1 else {
                throw InputError(.invalid, place.place, found: "\(texts[id]?.count ?? 0) texts for \(id)", expected: "one")
            }
        }
        if case .object = file.value, try file.optional("annotations") == nil {
            for (id, value) in try file.members() where id != "query" {
                if case .array = value.value {
                    try add(id, value.array().map { try $0.string() }, value)
                } else {
                    try add(id, [value.string()], value)
                }
            }
        } else {
            let list = try file.optionalList("annotations") ?? file
            for entry in try list.array() {
                let id = try entry["image_id"]
                if case .string(let name) = id.value {
                    try add(name, [entry["caption"].string()], entry)
                } else {
                    try add("\(id.integer())", [entry["caption"].string()], entry)
                }
            }
        }
        if let empty = order.first(where: { texts[$0]?.isEmpty ?? true }) {
            throw InputError(.invalid, path, found: "no text for \(empty)", expected: "one or more")
        }
        return order.map { ($0, texts[$0] ?? []) }
    }
}

extension JSONPlace {
    /// A member of an object; nil for a list.
    fileprivate func optionalList(_ key: String) throws -> JSONPlace? {
        if case .array = value { return nil }
        return try optional(key)
    }
}
