import Evaluation
import Files
import Foundation
import Imaging
import Media

/// The format of the published data set: `annotations.json` with lists of regions by image, and images in tar files. Images only:
/// the data set has no clips.
struct DAMDataset {
    private let settings: ExportSettings
    private let root: MediaRoot

    init(_ settings: ExportSettings, _ root: MediaRoot) { (self.settings, self.root) = (settings, root) }

    func write(_ records: RecordFiles, _ places: [Int], to folder: String, _ check: () throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: folder + "/images", withIntermediateDirectories: true)
        var annotations = OrderedObject(), shards = TarShards(folder + "/images", limit: settings.shardSize)
        for group in records.groups(of: places) {
            try check()
            let first = try records.record(group[0])
            guard first.kind == .image else {
                throw InputError(.invalid, first.place, found: "a region of a clip", expected: "pictures: --format dam has no clips")
            }
            guard let data = fileContents(root.path(of: first.media)) else {
                throw InputError(.notFound, "\(root.path(of: first.media)): no such file")
            }
            let tar = try shards.add([(first.media, data)])
            annotations[first.media] = .array(try group.map { place in
                let record = try records.record(place), mask = try record.masks()[0]
                return .object([
                    "ann_id": .string(record.id), "img_id": .string(record.media), "image": .string(record.media), "tar_file": .string(tar),
                    "mask_rle": .object([
                        "size": .array([.number(mask.runs.height), .number(mask.runs.width)]),
                        "counts": .string(String(decoding: mask.runs.counts, as: UTF8.self)),
                    ]),
                    "caption": .string(try record.caption ?? ""),
                ])
            })
        }
        try shards.finish()
        try OutputFile.write(PythonJSON.data(.object(annotations)), to: folder + "/annotations.json", replaces: false)
    }
}

/// Samples for WebDataset readers: `KEY.jpg`, or `KEY.f0.jpg` and so on for frames, and `KEY.json`.
struct WebDataset {
    /// JPEG quantiser scale for frames of clips, from 2 (best) to 31.
    private static let quantiser = 3

    private let settings: ExportSettings
    private let media: RegionMedia

    init(_ settings: ExportSettings, _ root: MediaRoot) { (self.settings, media) = (settings, RegionMedia(root: root)) }

    func write(_ records: RecordFiles, _ places: [Int], to folder: String, _ check: () throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var shards = TarShards(folder, limit: settings.shardSize)
        for place in places {
            try check()
            let record = try records.record(place), key = Self.key(record.id)
            let pictures = try pictures(of: record, key)
            _ = try shards.add(pictures + [("\(key).json", PythonJSON.line(.object(record.json)))])
        }
        try shards.finish()
    }

    /// A name without points and slashes, which would end a sample's key.
    static func key(_ id: String) -> String {
        id.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-")
            ? String($0) : "_" }.joined() + "_" + ContentDigest.of(id).prefix(8)
    }

    private func pictures(of record: Record, _ key: String) throws -> [(String, Data)] {
        let path = media.root.path(of: record.media), ending = record.media.split(separator: ".").last.map { $0.lowercased() } ?? ""
        if record.kind == .image, ["jpg", "jpeg"].contains(ending), let data = fileContents(path) { return [("\(key).jpg", data)] }
        return try media.frames(of: record).enumerated().map { number, frame in
            let size = PictureSize(width: frame.picture.width, height: frame.picture.height)
            let jpeg = try InputError.translating {
                try JPEGEncoder(size: size, quantiser: Self.quantiser, path: path).jpeg(frame.picture)
            }
            return (record.kind == .image ? "\(key).jpg" : "\(key).f\(number).jpg", Data(jpeg))
        }
    }
}

/// Tar files of limited size. Files added together are never split.
struct TarShards {
    private let folder: String
    private let limit: Int
    private var number = 0
    private var size = 0
    private var content = Data()
    private var file: GrowingFile?
    /// Bytes to buffer before writing.
    private static let block = 8 << 20

    init(_ folder: String, limit: Int) { (self.folder, self.limit) = (folder, limit) }

    private var name: String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".tar"
    }

    /// - Returns: name of the tar file.
    mutating func add(_ files: [(name: String, data: Data)]) throws -> String {
        let needed = files.reduce(0) { $0 + TarFile.size(of: $1.data) } + TarFile.end.count
        if size > 0, size + needed > limit { try finish() }
        for file in files { content += try TarFile.entry(file.name, file.data) }
        size += needed - TarFile.end.count
        if content.count >= Self.block { try flush() }
        return name
    }

    private mutating func flush() throws {
        if let file { try file.append(content) } else { file = try GrowingFile(folder + "/" + name, beginning: content, replaces: false) }
        content = Data()
    }

    /// Completes the current file, if there is one.
    mutating func finish() throws {
        guard size > 0 else { return }
        content += TarFile.end
        try flush()
        (file, size, number) = (nil, 0, number + 1)
    }
}
