import Imaging
import Synchronization
import Media

/// A folder of label PNGs, one a frame, as DAVIS, YouTube-VOS and SAM 2's `vos_inference` write them: the palette index
/// (or grey value) of a pixel is the number of the object it belongs to, 0 is background. 254 and 255 are void when there
/// are other objects, unless some number is above 255: then the masks have 16 bits, and those two mean nothing special.
/// Among ids of KITTI MOTS (1000 to 9999) 10000 is a region to ignore.
package final class LabelFolderReader: MaskSource {
    package let path: String
    package let size: PictureSize
    package let annotatedFrames: [Int]
    package let tracks: [Track]
    package let problems: [MaskProblem]
    package let isPlaced: Bool
    package let isInOrder: Bool
    /// Those of all pictures together.
    let values: ValueTally

    private let pathOfFrame: [Int: String]
    /// The file read last: the tracks of one frame are usually asked for together.
    private let latest = Mutex<(frame: Int, labels: LabelImage)?>(nil)

    package var format: MaskFormat? { .labelPNG }

    /// Reads every mask once, for the tracks; keeps none.
    /// - Parameter keepsGoing: leave out files that cannot be used, as `problems`.
    /// - Throws: `MaskError` for the first file, by frame, that cannot be used.
    package convenience init(path: String, keepsGoing: Bool = false) throws {
        try self.init(path: path, keepsGoing: keepsGoing, stills: [:])
    }

    /// - Parameter stills: the frames of the clip's stills by their names.
    init(path: String, keepsGoing: Bool, stills: [String: Int]) throws {
        self.path = path
        let folder = try MaskFolder(path: path, stills: stills)
        let files = folder.entries.map { MaskFile(frame: $0.frame, path: $0.path) }
        var problems = folder.notes(path)
        let scans = try MaskFileScan.scan(files, keepsGoing: keepsGoing, problems: &problems, read: MaskFileScan.labels)
        size = scans[0].size
        let labels = try TrackLabels(folder: path)
        tracks = makeTracks(scans, labels)
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
            guard found == size else {  // rewritten since it was scanned
                throw MaskError(
                    path: path, reason: .sizeDiffers(found: found, expected: size, other: "the first reading"))
            }
            latest = (frame, labels)
            return labels
        }
    }
}

private func makeTracks(_ scans: [MaskFileScan], _ labels: TrackLabels) -> [Track] {
    var appearances: [UInt32: [Track.Appearance]] = [:]
    for scan in scans {
        for region in scan.regions {
            appearances[region.value, default: []].append(
                Track.Appearance(frame: scan.file.frame, box: region.box, area: region.area))
        }
    }
    let void = LabelMeaning.void(among: Set(appearances.keys))
    return appearances.filter { !void.contains($0.key) }
        .map { Track(id: .number(Int($0.key)), label: labels[.number(Int($0.key))], appearances: $0.value) }
        .sorted { $0.id < $1.id }
}

/// What numbers in label PNGs mean beside "this object".
enum LabelMeaning {
    /// The numbers that are no objects when these are all there are, 0 aside.
    static func void(among values: Set<UInt32>) -> Set<UInt32> {
        let ignored = UInt32(MOTSReader.ignored)
        if values.contains(ignored), values.count > 1, values.allSatisfy({ $0 == ignored || (1000..<ignored).contains($0) }) {
            return [ignored]
        }
        let void: Set<UInt32> = [254, 255]
        return !void.isSuperset(of: values) && values.allSatisfy { $0 <= 255 } ? void : []
    }
}
