import Imaging
import Synchronization
import Media

/// A folder of label PNGs, one per frame, as in DAVIS, YouTube-VOS and SAM 2's `vos_inference`: a pixel's palette index or grey
/// value is its object's id, 0 is background. If there are other objects, 255 (and 254 next to it) are void, unless an id exceeds
/// 255: then the masks have 16 bits and these values are ordinary ids. Among ids of KITTI MOTS (1000 to 9999), 10000 is a region
/// to ignore.
package final class LabelFolderReader: MaskSource {
    package let path: String
    package let size: PictureSize
    package let annotatedFrames: [Int]
    package let tracks: [Track]
    package let problems: [MaskProblem]
    package let isPlaced: Bool
    package let isInOrder: Bool
    /// Values of all images together.
    let values: ValueTally

    private let pathOfFrame: [Int: String]
    /// The labels of the last file read, because a frame's tracks are usually requested together.
    private let latest = Mutex<(frame: Int, labels: LabelImage)?>(nil)

    package var format: MaskFormat? { .labelPNG }

    /// Reads all masks once to find the tracks; keeps none.
    /// - Parameter keepsGoing: true to skip files that cannot be used, listing them in `problems`.
    /// - Throws: `MaskError` for the first file, by frame, that cannot be used.
    package convenience init(path: String, keepsGoing: Bool = false) throws {
        try self.init(path: path, keepsGoing: keepsGoing, stills: [:])
    }

    /// - Parameters:
    ///   - stills: the clip's stills, frame by name.
    ///   - format: the format given by the user; nil to derive it from the images.
    init(path: String, keepsGoing: Bool, stills: [String: Int], format: MaskFormat? = nil) throws {
        self.path = path
        let folder = try MaskFolder(path: path, stills: stills)
        let files = folder.entries.map { MaskFile(frame: $0.frame, path: $0.path) }
        var problems = folder.notes(path)
        let scans = try MaskFileScan.scan(files, keepsGoing: keepsGoing, problems: &problems, read: MaskFileScan.labels)
        size = scans[0].size
        let labels = try TrackLabels(folder: path)
        let void = VoidReading(scans.flatMap(\.regions), format: format, layout: .labelPNG)
        if let note = void.note { problems.append(MaskProblem(.note, "\(path): \(note)")) }
        tracks = makeTracks(scans, labels, void: void.values)
        guard !tracks.isEmpty else { throw MaskError(path: path, reason: .emptyMasks) }
        annotatedFrames = scans.map(\.file.frame)
        pathOfFrame = Dictionary(uniqueKeysWithValues: scans.map { ($0.file.frame, $0.file.path) })
        self.problems = problems
        (isPlaced, isInOrder) = (folder.isPlaced, folder.isInOrder)
        values = ValueTally(scans.map(\.values))
    }

    package func file(of frame: Int) -> String {
        pathOfFrame[frame] ?? path
    }

    package func mask(of track: TrackID, at frame: Int) throws -> Mask {
        guard try self.track(track).appearance(at: frame) != nil, case .number(let number) = track,
            let value = UInt16(exactly: number)
        else { throw MaskError(path: file(of: frame), reason: .notVisible(track, frame: frame)) }
        return try labels(at: frame).mask(of: value)
    }

    private func labels(at frame: Int) throws -> LabelImage {
        try latest.withLock { latest in
            if let latest, latest.frame == frame { return latest.labels }
            let path = file(of: frame)
            let labels = try MaskFileScan.reading(path) { try ImageDecoder.labels(path: path) }
            let found = PictureSize(width: labels.width, height: labels.height)
            guard found == size else {  // modified since it was scanned
                throw MaskError(
                    path: path, reason: .sizeDiffers(found: found, expected: size, other: "the first reading"))
            }
            latest = (frame, labels)
            return labels
        }
    }
}

private func makeTracks(_ scans: [MaskFileScan], _ labels: TrackLabels, void: Set<UInt32>) -> [Track] {
    var appearances: [UInt32: [Track.Appearance]] = [:]
    for scan in scans {
        for region in scan.regions {
            appearances[region.value, default: []].append(
                Track.Appearance(frame: scan.file.frame, box: region.box, area: region.area))
        }
    }
    return appearances.filter { !void.contains($0.key) }
        .map { Track(id: .number(Int($0.key)), label: labels[.number(Int($0.key))], appearances: $0.value) }
        .sorted { $0.id < $1.id }
}
