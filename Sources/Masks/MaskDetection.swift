import Files
import Foundation
import Imaging
import Media

/// Format of a file or folder of masks, detected from its content.
struct MaskDetection {
    let format: MaskFormat
    let isFolder: Bool
    private let path: String
    private let read: MaskDocument?

    /// - Parameters:
    ///   - forced: the format given by the user; nil to detect it.
    ///   - frameCount: number of the clip's frames; nil if unknown.
    /// - Throws: `MaskError` if nothing is there, or the format is unknown or ambiguous.
    init(path: String, forced: MaskFormat?, frameCount: Int? = nil) throws {
        self.path = path
        guard let status = FileStatus(path) else { throw MaskError(path: path, reason: .missing) }
        isFolder = status.isFolder
        let document = isFolder ? nil : try MaskDocument(path: path)
        read = document
        if let forced {
            guard forced.isFolder == nil || forced.isFolder == isFolder else {
                throw MaskError(
                    path: path, found: isFolder ? "a folder" : "a file",
                    expected: "a \(isFolder ? "file" : "folder") for \(forced.rawValue) masks")
            }
            format = forced
        } else if let document {
            format = try Self.format(of: document)
        } else {
            format = try Self.format(ofFolder: path, frameCount: frameCount)
        }
    }

    /// The file's content.
    func document() throws -> MaskDocument { try read ?? MaskDocument(path: path) }

    private static func format(ofFolder path: String, frameCount: Int?) throws -> MaskFormat {
        let listing = try FolderListing(path: path)
        if let format = try DetectionPlace.frames(below: listing, forced: nil)?.format.maskFormat { return format }
        let pictures = listing.files(withExtension: "png")
        if ObjectFileName.areUsed(in: pictures) {
            try requireOneObject(pictures.map(listing.file))
            return .binaryPNG
        }
        if VisibleColours.tellObject(pictures.map(listing.file)) { return .binaryPNG }
        try VisibleColours.check(pictures.map(listing.file))
        if let first = pictures.first { return try isColour(listing.file(first)) ? .colourPNG : .labelPNG }
        let objects = try listing.folders.filter {
            try !FolderListing(path: listing.file($0)).files(withExtension: "png").isEmpty
        }
        if !objects.isEmpty {
            try FrameFolders.check(listing, objects, frameCount: frameCount)
            try requireObjects(objects.map(listing.file))
            return .objectPNG
        }
        let documents = listing.files(withExtension: "json").filter {
            MaskFolder.frameNumber(in: FileNames.stem($0)) != nil
        }
        if !documents.isEmpty { return .cocoRLE }
        _ = try MaskFolder(path: path)  // throws the specific error
        return .labelPNG
    }

    /// True if the first readable image has colours rather than numbers.
    private static func isColour(_ file: String) throws -> Bool {
        // The reader reports any fault of the file.
        (try? ImageDecoder.hasColours(path: file)) ?? false
    }

    /// Refuses per-object folders whose images have several object numbers: they are label PNGs, and the folders clips.
    private static func requireObjects(_ folders: [String]) throws {
        for folder in folders.prefix(4) {
            guard let (file, count) = try showsSeveralObjects(folder) else { continue }
            throw MaskError(
                path: file, found: "\(count) object numbers in a folder of its own",
                expected: "the masks of one clip, not of several (or --masks-format per-object-png)")
        }
    }

    /// Refuses an image named like a single object's that has several object numbers.
    private static func requireOneObject(_ files: [String]) throws {
        for file in files.prefix(4) {
            guard let count = severalObjects(in: file) else { continue }
            throw MaskError(
                path: file, found: "\(count) object numbers in a file that is named like one object's",
                expected: "one number (--masks-format binary-png takes all for one object, label-png each for an object)")
        }
    }

    /// The first image of a folder with several object numbers, and their count; nil if the first images have one each.
    static func showsSeveralObjects(_ folder: String) throws -> (file: String, count: Int)? {
        for name in try FolderListing(path: folder).files(withExtension: "png").prefix(2) {
            let file = URL(filePath: folder).appending(path: name).path
            if let count = severalObjects(in: file) { return (file, count) }
        }
        return nil
    }

    /// Number of object ids in an image; nil if there is one, or if values are not ids.
    private static func severalObjects(in file: String) -> Int? {
        guard let scan = try? MaskFileScan.labels(of: MaskFile(frame: 0, path: file)), scan.values.reading == .objects
        else { return nil }
        let count = Set(scan.regions.map(\.value)).subtracting([254, 255]).count
        return count > 1 ? count : nil
    }

    private static func format(of document: MaskDocument) throws -> MaskFormat {
        let start = document.bytes.prefix(4096).first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard let start else { throw unknown(document.path, "an empty file") }
        switch start {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return try formatOfJSON(document)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return try formatOfText(document)
        case 0x89 where document.bytes.dropFirst().starts(with: "PNG".utf8):
            throw MaskError(path: document.path, found: "one PNG", expected: "the folder it is in")
        case UInt8(ascii: "<"):
            guard let format = try DetectionContent.format(of: document).maskFormat else {
                throw unknown(document.path, "XML of another kind")
            }
            return format
        case UInt8(ascii: "#"): return try formatOfText(document)
        default:
            var names: [String]?, isFirst = true
            document.forEachLine { _, line in
                if isFirst { (names, isFirst) = (document.header(line), false) }
            }
            if names != nil { return try formatOfText(document) }
            throw unknown(document.path, "a file that is neither JSON nor numbers")
        }
    }

    private static func formatOfJSON(_ document: MaskDocument) throws -> MaskFormat {
        var format: MaskFormat?, seen: [String] = []
        try document.read { json in
            if try json.kind() == .object {
                let keys = try json.keys()
                if keys.contains("shapes"), keys.contains("imagePath") {
                    format = .labelme
                } else if keys.contains("masklet") {
                    format = .segmentAnythingVideo
                } else if keys.contains("annotations") {
                    format = keys.contains("images") ? .coco : keys.contains("videos") ? .youtubeVIS : nil
                } else if keys.contains("counts") || keys.contains("segmentation")
                    || keys.contains(where: { MaskFolder.frameNumber(in: FileNames.stem($0)) != nil })
                {
                    format = .cocoRLE
                }
                seen = keys.sorted()
                try json.skip()
            } else {
                format = .cocoRLE
                try json.array { json, index in
                    if index == 0, try json.kind() == .object {
                        let keys = try json.keys()
                        if keys.contains("segmentations") { format = .youtubeVIS }
                        if !keys.isDisjoint(with: notRuns) { (format, seen) = (nil, keys.sorted()) }
                        if keys.isSuperset(of: ["image_id", "track_id"]) { format = .coco }
                    }
                    try json.skip()
                }
            }
        }
        if let format = try format ?? DetectionContent.jsonFormat(of: document)?.maskFormat { return format }
        throw unknown(document.path, "JSON with the keys \(seen.prefix(8).joined(separator: ", "))")
    }

    /// Keys of list entries that are not masks by frame.
    private static let notRuns: Set = [
        "image_id", "x_min", "annotation", "annotations", "predictions", "completions", "annotation_id", "lead_time",
    ]

    private static func formatOfText(_ document: MaskDocument) throws -> MaskFormat {
        if CSVTable.starts(document.bytes, with: SupervisionDetections.columns) { return .supervision }
        var first: ArraySlice<UInt8> = []
        document.forEachRow { number, line in if first.isEmpty { first = line } }
        if first.separator != nil { return .motChallenge }
        let fields = first.fields(separatedByCommas: false).map { String(decoding: $0, as: UTF8.self) }
        if fields.count == 6, let height = Int(fields[3]), let width = Int(fields[4]),
            Double(fields[5]) == nil || (try? RunLengthEncoding(width: width, height: height, counts: Array(fields[5].utf8))) != nil
        {
            return .mots
        }
        let numbers = fields.compactMap(Double.init)
        // A class followed by fractions of the image size: a box, corners, a confidence.
        if fields.count >= 5, numbers.count == fields.count, Int(fields[0]) != nil,
            numbers[1...4].allSatisfy({ (0...1).contains($0) }), numbers[1...4].contains(where: { $0 != $0.rounded() })
        {
            return .ultralytics
        }
        if fields.count >= 6, numbers.count == fields.count { return .motChallenge }
        throw unknown(document.path, "text with \(fields.count) fields in a line")
    }

    private static func unknown(_ path: String, _ found: String) -> MaskError {
        MaskError(
            path: path, found: found,
            expected: "masks as \(MaskFormat.allCases.map(\.rawValue).joined(separator: ", ")) (--masks-format)")
    }
}
