import Files
import Foundation
import Imaging

/// A file with captions of a data set's regions.
struct OutputsFile {
    /// Format of the file.
    enum Form {
        /// An object with a caption by region and the query, as read by DLC-Bench and `evaluate texts`.
        case captions
        /// JSON Lines with `pred` and the reference, as read by the scripts of VideoRefer and others.
        case records

        init(path: String) { self = path.lowercased().hasSuffix(".jsonl") ? .records : .captions }
    }

    let path: String
    private let whole: OutputsSet
    private let form: Form
    private let query: String
    private var captions: [String: String] = [:]
    /// Records of regions outside the data set, which are kept.
    private var others: [JSONPlace] = []
    /// True if there are unsaved captions.
    private(set) var hasNews = false

    /// Reads existing captions, if the file exists.
    /// - Throws: `InputError` for an invalid file, or captions of another query.
    init(_ path: String, set: OutputsSet, query: String) throws {
        (self.path, whole, self.query, form) = (path, set, query, Form(path: path))
        guard FileStatus(path) != nil else { return }
        var found: String?
        switch form {
        case .captions:
            let outputs = try DLCOutputs(path: path)
            found = outputs.query
            for key in outputs.captions.keys { captions[key] = outputs.caption(of: key) }
        case .records:
            let known = Set(set.regions.map(\.key))
            for record in try CaptionRecord.read(path) {
                if known.contains(record.id) { captions[record.id] = record.caption } else { others.append(record.json) }
                found = found ?? record.query
            }
        }
        if let found = found ?? (captions.isEmpty && others.isEmpty ? nil : "none"), found != query {
            throw InputError(
                .outputExists, path, found: "captions of the query \(found.debugDescription)",
                expected: "\(query.debugDescription), or another file")
        }
    }

    /// Regions without a caption, in order.
    var missing: [OutputsRegion] { whole.regions.filter { captions[$0.key] == nil } }

    /// Regions with an empty caption, in order.
    var wordless: [String] { whole.regions.map(\.key).filter { captions[$0]?.isEmpty ?? false } }

    mutating func put(_ caption: String, for key: String) { (captions[key], hasNews) = (caption, true) }

    /// Writes the captions in the data set's order, followed by those of regions outside it.
    func write() throws {
        try OutputFile.write(form == .captions ? object : lines, to: path, replaces: true)
    }

    private var object: Data {
        var object = OrderedObject()
        let keys = whole.regions.map(\.key)
        for key in keys + Set(captions.keys).subtracting(keys).sorted() {
            object[key] = captions[key].map { .string($0) }
        }
        object["query"] = .string(query)
        return PythonJSON.data(.object(object))
    }

    private var lines: Data {
        let own = whole.regions.reduce(into: Data()) { data, region in
            guard let caption = captions[region.key] else { return }
            let reference = OrderedJSON.string(region.references.first ?? "")
            // The published scripts use different keys for the reference.
            var record: OrderedObject = [
                "id": .string(region.key), whole.task.isOfClips ? "video" : "image": .string(region.file), "pred": .string(caption),
                "Answer": reference, "caption": reference,
            ]
            if region.references.count > 1 { record["references"] = .array(region.references.map { .string($0) }) }
            record["query"] = .string(query)
            data += PythonJSON.line(.object(record))
        }
        return others.reduce(into: own) { $0 += PythonJSON.line($1.value) }
    }
}

/// A caption and its references, as written by the scripts of VideoRefer and others: `pred`, and `Answer` or `caption`.
struct CaptionRecord {
    let id: String
    /// Nil for a record without `pred`.
    let caption: String?
    let references: [String]
    let query: String?
    let json: JSONPlace

    /// Reads JSON Lines or a list. A record without `id` is identified by its index.
    /// - Throws: `InputError` for a missing file, other records, or a duplicate id.
    static func read(_ path: String) throws -> [CaptionRecord] {
        var ids: Set<String> = []
        return try JSONRecords.read(path, expected: "records with \"pred\" and \"Answer\"").enumerated().map { number, json in
            let record = CaptionRecord(
                id: try json.optional("id")?.text() ?? "\(number)", caption: try json.optional("pred")?.string(),
                references: try references(json), query: try json.optional("query")?.string(), json: json)
            guard ids.insert(record.id).inserted else {
                throw InputError(.invalid, json.place, found: "record \(record.id) twice", expected: "each once")
            }
            return record
        }
    }

    private static func references(_ json: JSONPlace) throws -> [String] {
        if let list = try json.optional("references") { return try list.array().map { try $0.string() } }
        return try (json.optional("Answer") ?? json.optional("caption")).map { [try $0.string()] } ?? []
    }
}
