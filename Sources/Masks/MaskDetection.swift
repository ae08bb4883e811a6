import Foundation
import Imaging
import Media

/// Which layout a file or folder has, told by its content.
struct MaskDetection {
    let format: MaskFormat
    let isFolder: Bool
    private let path: String
    private let read: MaskDocument?

    /// - Parameter forced: the layout somebody says it has; nil to find out.
    /// - Throws: `MaskError` when there is nothing, or it fits no layout, or two.
    init(path: String, forced: MaskFormat?) throws {
        self.path = path
        guard let status = FileStatus(path) else { throw MaskError(path: path, reason: .missing) }
        isFolder = status.isFolder
        let document = isFolder ? nil : try MaskDocument(path: path)
        read = document
        if let forced {
            let wantsFolder: Bool? =
                switch forced {
                case .labelPNG, .colourPNG, .objectPNG, .binaryPNG: true
                case .cocoRLE: nil
                case .youtubeVIS, .coco, .mots, .motChallenge, .segmentAnythingVideo: false
                }
            guard wantsFolder == nil || wantsFolder == isFolder else {
                throw MaskError(
                    path: path, found: isFolder ? "a folder" : "a file",
                    expected: "a \(isFolder ? "file" : "folder") for \(forced.rawValue) masks")
            }
            format = forced
        } else if let document {
            format = try Self.format(of: document)
        } else {
            format = try Self.format(ofFolder: path)
        }
    }

    /// The file's content.
    func document() throws -> MaskDocument { try read ?? MaskDocument(path: path) }

    private static func format(ofFolder path: String) throws -> MaskFormat {
        let listing = try FolderListing(path: path)
        let pictures = listing.files(withExtension: "png")
        if pictures.contains(where: { ObjectFileName($0) != nil }) { return .binaryPNG }
        if let first = pictures.first { return try isColour(listing.file(first)) ? .colourPNG : .labelPNG }
        let objects = try listing.folders.filter {
            try !FolderListing(path: listing.file($0)).files(withExtension: "png").isEmpty
        }
        if !objects.isEmpty {
            try requireObjects(objects.map(listing.file))
            return .objectPNG
        }
        let documents = listing.files(withExtension: "json").filter {
            MaskFolder.frameNumber(in: FileNames.stem($0)) != nil
        }
        if !documents.isEmpty { return .cocoRLE }
        _ = try MaskFolder(path: path)  // knows what is wrong
        return .labelPNG
    }

    /// Whether the first picture that can be read has colours instead of numbers.
    private static func isColour(_ file: String) throws -> Bool {
        // Anything wrong with the file is for the reader to say.
        (try? ImageDecoder.hasColours(path: file)) ?? false
    }

    /// A picture with several numbers in it is a label PNG, and its folder one of several clips.
    private static func requireObjects(_ folders: [String]) throws {
        for folder in folders.prefix(4) {
            for name in try FolderListing(path: folder).files(withExtension: "png").prefix(2) {
                let file = URL(filePath: folder).appending(path: name).path
                guard let labels = try? ImageDecoder.labels(path: file) else { continue }
                let values = Set(labelRegions(labels).map(\.value)).subtracting([254, 255])
                guard values.count < 2 else {
                    throw MaskError(
                        path: file, found: "\(values.count) object numbers in a folder of its own",
                        expected: "the masks of one clip, not of several (or --masks-format per-object-png)")
                }
            }
        }
    }

    private static func format(of document: MaskDocument) throws -> MaskFormat {
        let start = document.bytes.prefix(4096).first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        guard let start else { throw unknown(document.path, "an empty file") }
        switch start {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return try formatOfJSON(document)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): return try formatOfText(document)
        case 0x89 where document.bytes.dropFirst().starts(with: "PNG".utf8):
            throw MaskError(path: document.path, found: "one PNG", expected: "the folder it is in")
        default: throw unknown(document.path, "a file that is neither JSON nor numbers")
        }
    }

    private static func formatOfJSON(_ document: MaskDocument) throws -> MaskFormat {
        var format: MaskFormat?, seen: [String] = []
        try document.read { json in
            if try json.kind() == .object {
                let keys = try json.keys()
                if keys.contains("masklet") {
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
                        if keys.contains("image_id") { (format, seen) = (nil, keys.sorted()) }
                    }
                    try json.skip()
                }
            }
        }
        if let format { return format }
        throw unknown(document.path, "JSON with the keys \(seen.prefix(8).joined(separator: ", "))")
    }

    private static func formatOfText(_ document: MaskDocument) throws -> MaskFormat {
        var first: ArraySlice<UInt8> = []
        document.forEachLine { number, line in if first.isEmpty { first = line } }
        if first.contains(0x2C) { return .motChallenge }
        let fields = first.fields(separatedByCommas: false).map { String(decoding: $0, as: UTF8.self) }
        if fields.count == 6, let height = Int(fields[3]), let width = Int(fields[4]),
            Double(fields[5]) == nil || (try? RunLengthEncoding(width: width, height: height, counts: Array(fields[5].utf8))) != nil
        {
            return .mots
        }
        if fields.count >= 6, fields.allSatisfy({ Double($0) != nil }) { return .motChallenge }
        throw unknown(document.path, "text with \(fields.count) fields in a line")
    }

    private static func unknown(_ path: String, _ found: String) -> MaskError {
        MaskError(
            path: path, found: found,
            expected: "masks as \(MaskFormat.allCases.map(\.rawValue).joined(separator: ", ")) (--masks-format)")
    }
}
