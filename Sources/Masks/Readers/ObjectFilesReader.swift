import Foundation
import Imaging
import Media

/// PNGs of one object each, nonzero inside: `DIR/<object>/<frame>.png` as written by SAM 2 with `--per_obj_png_file` and used by
/// SA-V, `DIR/<frame>_mask_<object>.png`, or `DIR/<frame>.png` for a single object. Objects may overlap. Values have no meaning:
/// SAM 2 writes palette index 1, others 255.
final class ObjectFilesReader: MaskSource {
    let path: String
    let format: MaskFormat?
    let size: PictureSize
    let annotatedFrames: [Int]
    let tracks: [Track]
    let problems: [MaskProblem]
    let isPlaced: Bool
    let isInOrder: Bool

    private let files: [TrackID: [Int: String]]
    private let framesOfTrack: [TrackID: [Int]]

    /// - Parameters:
    ///   - folders: folders of the files; empty if names contain the object.
    /// - Throws: `MaskError` for the first file that cannot be used, or if no object has any pixels.
    ///   - order: interpretation of names without a frame number.
    private init(
        path: String, format: MaskFormat, files: [MaskFile], folders: [MaskFolder], order: FrameNames? = nil, keepsGoing: Bool
    ) throws {
        self.path = path
        self.format = format
        isInOrder = order != nil || folders.contains(where: \.isInOrder)
        isPlaced = !isInOrder && !folders.isEmpty && folders.allSatisfy(\.isPlaced)
        var problems = order?.note.map { [MaskProblem(.note, "\(path): \($0)")] } ?? folders.first?.notes(path) ?? []
        let scans = try MaskFileScan.scan(files, keepsGoing: keepsGoing, problems: &problems, read: MaskFileScan.foreground)
        let labels = try TrackLabels(folder: path)
        var tracks: [Track] = [], filesOfTrack: [TrackID: [Int: String]] = [:], empty: [MaskProblem] = []
        for (id, scans) in Dictionary(grouping: scans, by: { $0.file.object ?? .number(1) }).sorted(by: { $0.key < $1.key }) {
            filesOfTrack[id] = Dictionary(scans.map { ($0.file.frame, $0.file.path) }, uniquingKeysWith: { first, _ in first })
            let appearances = scans.compactMap { scan in
                scan.regions.first.map { Track.Appearance(frame: scan.file.frame, box: $0.box, area: $0.area) }
            }
            if !appearances.isEmpty {
                tracks.append(Track(id: id, label: labels[id], appearances: appearances))
                continue
            }
            let place = format == .objectPNG ? URL(filePath: scans[0].file.path).deletingLastPathComponent().path : path
            empty.append(MaskProblem(.skipped, MaskError(path: place, reason: .emptyTrack(id)).description, track: id))
        }
        guard !tracks.isEmpty else { throw MaskError(path: path, reason: .emptyMasks) }
        size = scans[0].size
        annotatedFrames = Set(scans.map(\.file.frame)).sorted()
        self.tracks = tracks
        self.files = filesOfTrack
        framesOfTrack = filesOfTrack.mapValues { $0.keys.sorted() }
        let readings = Set(scans.compactMap(\.note)).sorted().prefix(1)
        self.problems = problems + readings.map { MaskProblem(.note, "\(path): \($0)") } + empty
    }

    /// Reads `DIR/<object>/<frame>.png`. The object's id is the folder's name, as a number if it is one.
    static func folders(path: String, keepsGoing: Bool, stills: [String: Int]) throws -> ObjectFilesReader {
        let listing = try FolderListing(path: path)
        var files: [MaskFile] = [], nameOfObject: [TrackID: String] = [:]
        var folders = try listing.folders.map { (name: $0, masks: try MaskFolder(path: listing.file($0), stills: stills)) }
        // If one object's files are not all named like stills, all objects use the numbers in the names.
        var order: FrameNames?
        if folders.contains(where: { !$0.masks.isPlaced }) {
            let names = Set(folders.flatMap { $0.masks.entries.map { FileNames.lastPart($0.path) } }).sorted()
            order = Self.order(names)
            let places = order.map { Dictionary(zip(names.map(FileNames.pictureStem), $0.frames)) { first, _ in first } }
            folders = try listing.folders.map {
                (name: $0, masks: try MaskFolder(path: listing.file($0), stills: places ?? [:]))
            }
        }
        for (name, masks) in folders {
            let object = Int32(name).map { TrackID.number(Int($0)) } ?? .name(name)
            if let other = nameOfObject.updateValue(name, forKey: object) {
                throw MaskError(path: path, found: "folders \(other) and \(name)", expected: "one for object \(object)")
            }
            files += masks.entries.map { MaskFile(frame: $0.frame, path: $0.path, object: object) }
        }
        guard !files.isEmpty else {
            throw MaskError(path: path, found: "no folder of PNGs", expected: "one for each object, such as 001/00000.png")
        }
        return try ObjectFilesReader(
            path: path, format: .objectPNG, files: files, folders: folders.map(\.masks), order: order, keepsGoing: keepsGoing)
    }

    /// Positions of names in sorted order, if they have no frame number.
    private static func order(_ names: [String]) -> FrameNames? {
        let found = try? FrameNames(names)
        return found.flatMap { $0.areInOrder ? $0 : nil }
    }

    /// Reads `DIR/<frame>.png`, or `DIR/<frame>_mask_<object>.png` if names have that form.
    static func files(path: String, keepsGoing: Bool, stills: [String: Int]) throws -> ObjectFilesReader {
        let listing = try FolderListing(path: path)
        let names = listing.files(withExtension: "png")
        guard ObjectFileName.areUsed(in: names) else {
            let folder = try MaskFolder(path: path, stills: stills)
            let files = folder.entries.map { MaskFile(frame: $0.frame, path: $0.path) }
            return try ObjectFilesReader(
                path: path, format: .binaryPNG, files: files, folders: [folder], keepsGoing: keepsGoing)
        }
        let prefixes = Set(names.compactMap { ObjectFileName($0).map { String($0.prefix) } }).sorted()
        let order = Self.order(prefixes)
        let places = order.map { Dictionary(uniqueKeysWithValues: zip(prefixes, $0.frames)) } ?? [:]
        var seen: [String: String] = [:]
        let files = try names.map { name in
            guard let parts = ObjectFileName(name) else {
                throw MaskError(
                    path: listing.file(name), found: "a name without object",
                    expected: "<frame>_mask_<object>.png as the others")
            }
            let frame = places[String(parts.prefix)] ?? parts.frame
            if let other = seen.updateValue(name, forKey: "\(frame) \(parts.object)") {
                throw MaskError(path: listing.file(name), reason: .sameFrame(frame, other: other))
            }
            return MaskFile(frame: frame, path: listing.file(name), object: parts.object)
        }
        return try ObjectFilesReader(
            path: path, format: .binaryPNG, files: files, folders: [], order: order, keepsGoing: keepsGoing)
    }

    func annotatedFrames(of track: TrackID) -> [Int] { framesOfTrack[track] ?? [] }

    func ownFrames(of track: TrackID) -> [Int] { annotatedFrames(of: track) }

    func file(of frame: Int) -> String {
        tracks.lazy.compactMap { self.files[$0.id]?[frame] }.first ?? path
    }

    func mask(of track: TrackID, at frame: Int) throws -> Mask {
        guard try self.track(track).appearance(at: frame) != nil, let file = files[track]?[frame] else {
            throw MaskError(path: path, reason: .notVisible(track, frame: frame))
        }
        let mask = try MaskFileScan.reading(file) { try ObjectPicture(path: file).mask }
        let found = PictureSize(width: mask.width, height: mask.height)
        guard found == size else {  // modified since it was scanned
            throw MaskError(path: file, reason: .sizeDiffers(found: found, expected: size, other: "the first reading"))
        }
        return mask
    }
}
