import Files
import Imaging

/// The format of a file or folder of detections, detected from its content.
struct DetectionContent {
    /// The file or folder with the detections: the given path, or one below it.
    let path: String
    let format: DetectionFormat
    /// One file per frame, or a single file for all frames.
    let files: [String]
    private let read: MaskDocument?

    /// - Parameter forced: the format given by the user; nil to detect it.
    /// - Throws: `MaskError` if nothing is there, or the format is unknown or ambiguous.
    init(path: String, forced: DetectionFormat?) throws {
        guard let status = FileStatus(path) else { throw MaskError(path: path, reason: .missing) }
        let place = status.isFolder ? try DetectionPlace(folder: path, forced: forced) : nil
        if let place, let found = place.files {
            self.init(path: place.path, format: found.format, files: found.paths, read: nil)
            return
        }
        try self.init(document: MaskDocument(path: place?.path ?? path), forced: forced)
    }

    /// - Throws: `MaskError` for an unknown format.
    init(document: MaskDocument, forced: DetectionFormat?) throws {
        let format = try forced ?? Self.format(of: document)
        self.init(path: document.path, format: format, files: [document.path], read: document)
    }

    private init(path: String, format: DetectionFormat, files: [String], read: MaskDocument?) {
        (self.path, self.format, self.files, self.read) = (path, format, files, read)
    }

    /// The file's content.
    func document() throws -> MaskDocument { try read ?? MaskDocument(path: path) }

    /// - Throws: `MaskError` for an unknown format.
    static func format(of document: MaskDocument) throws -> DetectionFormat {
        switch document.firstByte {
        case nil: throw unknown(document.path, "an empty file")
        case UInt8(ascii: "{"), UInt8(ascii: "["): return try format(ofJSON: document)
        case UInt8(ascii: "<"):
            if document.bytes.prefix(4096).contains("<annotations".utf8) { return .cvat }
            let isVOC = document.bytes.prefix(4096).contains("<annotation".utf8)
            throw isVOC ? MaskError(path: document.path, reason: .notRead("Pascal VOC's XML", instead: "COCO, CVAT or MOT"))
                : unknown(document.path, "XML of another kind")
        default: return try format(ofText: document)
        }
    }

    private static func format(ofJSON document: MaskDocument) throws -> DetectionFormat {
        var keys: Set<String> = []
        if let format = try jsonFormat(of: document, keys: &keys) { return format }
        throw unknown(
            document.path,
            keys.isEmpty ? "JSON without objects" : "JSON with the keys \(keys.sorted().prefix(8).joined(separator: ", "))")
    }

    /// The format of a JSON file; nil if unknown.
    /// - Throws: `MaskError` for invalid JSON.
    static func jsonFormat(of document: MaskDocument) throws -> DetectionFormat? {
        var keys: Set<String> = []
        return try jsonFormat(of: document, keys: &keys)
    }

    /// - Parameter keys: receives the keys of the file's object, or of its list's first object.
    private static func jsonFormat(of document: MaskDocument, keys found: inout Set<String>) throws -> DetectionFormat? {
        var keys: Set<String> = []
        try document.read { json in
            if try json.kind() == .object {
                keys = try json.keys()
                return try json.skip()
            }
            try json.array { json, index in
                if index == 0, try json.kind() == .object { keys = try json.keys() }
                try json.skip()
            }
        }
        found = keys
        if document.isList {
            if keys.contains("image_id") { return .coco }
            if keys.isSuperset(of: SupervisionDetections.columns) { return .supervision }
            if keys.isSuperset(of: ["video", "annotation"]) { return .videoRefer }
            if isLabelStudio(document) { return .labelStudio }
        } else if keys.contains("images"), keys.contains("annotations") {
            return .coco
        } else if keys.contains("shapes") {
            return .labelme
        } else if keys.contains("mask_name"), keys.contains("labels") {
            return .groundedSAM2
        } else if isLabelStudio(document) {
            return .labelStudio
        }
        return nil
    }

    /// True if a task has a region with keyframes.
    private static func isLabelStudio(_ document: MaskDocument) -> Bool {
        guard document.bytes.contains("\"sequence\"".utf8) else { return false }
        var tasks: [LabelStudioTask] = []
        do {
            try document.read { json in
                guard try json.kind() == .array else { return tasks.append(try LabelStudioTask(&json)) }
                try json.array { json, _ in tasks.append(try LabelStudioTask(&json)) }
            }
        } catch {
            return false
        }
        return tasks.contains { ($0.annotations + $0.predictions).contains { !$0.regions.isEmpty } }
    }

    private static func format(ofText document: MaskDocument) throws -> DetectionFormat {
        if CSVTable.starts(document.bytes, with: SupervisionDetections.columns) { return .supervision }
        var first: ArraySlice<UInt8>?
        document.forEachRow { _, line in first = first ?? line }
        guard let first else { throw unknown(document.path, "an empty file") }
        let fields = first.row.map { Double(String(decoding: $0.prefix(32), as: UTF8.self)) }
        let numbers = fields.compactMap(\.self)
        guard numbers.count == fields.count else { throw unknown(document.path, "a file that is neither JSON nor numbers") }
        // A class followed by fractions of the image size.
        if first.separator == nil, numbers.count >= 5, numbers[0] == numbers[0].rounded(),
            numbers[1...4].allSatisfy({ (-1...2).contains($0) }), numbers[1...4].contains(where: { $0 != $0.rounded() })
        {
            return .ultralytics
        }
        if numbers.count >= 6 { return .motChallenge }
        throw unknown(document.path, "text with \(fields.count) fields in a line")
    }

    static func unknown(_ path: String, _ found: String) -> MaskError {
        MaskError(
            path: path, found: found,
            expected: "detections as \(DetectionFormat.allCases.map(\.rawValue).joined(separator: ", ")) (--detections-format)")
    }
}
