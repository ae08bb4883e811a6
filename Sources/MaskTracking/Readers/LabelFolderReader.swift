import Dispatch
import Imaging
import Synchronization
import VideoDecoding

/// A folder of label PNGs, one a frame, as DAVIS, YouTube-VOS and SAM 2's `vos_inference` write them: the palette index
/// (or grey value) of a pixel is the number of the object it belongs to, 0 is background. 254 and 255 are void when there
/// are other objects, unless some number is above 255: then the masks have 16 bits, and those two mean nothing special.
package final class LabelFolderReader: MaskSource {
    package let path: String
    package let size: PictureSize
    package let annotatedFrames: [Int]
    package let tracks: [Track]

    private let pathOfFrame: [Int: String]
    /// The file read last: the tracks of one frame are usually asked for together.
    private let latest = Mutex<(frame: Int, labels: LabelImage)?>(nil)

    /// Reads every mask once, for the tracks; keeps none.
    /// - Throws: `MaskTrackingError` for the first file, by frame, that cannot be used.
    package init(path: String) throws {
        self.path = path
        let entries = try MaskFolder(path: path).entries
        let scans = try scan(entries).map { try $0.get() }
        size = scans[0].size
        for scan in scans where scan.size != scans[0].size {
            let first = entries[0].path.split(separator: "/").last.map(String.init) ?? entries[0].path
            throw MaskTrackingError(
                path: scan.entry.path, reason: .sizeDiffers(found: scan.size, expected: scans[0].size, other: first))
        }
        tracks = makeTracks(scans)
        guard !tracks.isEmpty else { throw MaskTrackingError(path: path, reason: .emptyMasks) }
        annotatedFrames = entries.map(\.frame)
        pathOfFrame = Dictionary(uniqueKeysWithValues: entries.map { ($0.frame, $0.path) })
    }

    package func file(of frame: Int) -> String {
        pathOfFrame[frame] ?? path
    }

    package func mask(of track: TrackID, at frame: Int) throws -> Mask {
        guard try self.track(track).appearance(at: frame) != nil, case .number(let number) = track,
            let value = UInt16(exactly: number)
        else { throw MaskTrackingError(path: file(of: frame), reason: .notVisible(track, frame: frame)) }
        return try labels(at: frame).mask(of: value)
    }

    private func labels(at frame: Int) throws -> LabelImage {
        try latest.withLock { latest in
            if let latest, latest.frame == frame { return latest.labels }
            let labels = try read(file(of: frame))
            let found = PictureSize(width: labels.width, height: labels.height)
            guard found == size else {  // rewritten since it was scanned
                throw MaskTrackingError(
                    path: file(of: frame), reason: .sizeDiffers(found: found, expected: size, other: "the first reading"))
            }
            latest = (frame, labels)
            return labels
        }
    }
}

/// What one file holds.
private struct MaskScan: Sendable {
    let entry: MaskFolder.Entry
    let size: PictureSize
    let regions: [LabelRegion]
}

private func read(_ file: String) throws -> LabelImage {
    do {
        return try ImageDecoder.labels(path: file)
    } catch let error as VideoError {
        throw MaskTrackingError(path: file, reason: .unreadable(error))
    }
}

/// Reads the files on all cores: one result for each, in order.
private func scan(_ entries: [MaskFolder.Entry]) -> [Result<MaskScan, any Error>] {
    let results = Mutex<[Int: Result<MaskScan, any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: entries.count) { index in
        let result = Result {
            let labels = try read(entries[index].path)
            return MaskScan(
                entry: entries[index], size: PictureSize(width: labels.width, height: labels.height),
                regions: labelRegions(labels))
        }
        results.withLock { $0[index] = result }
    }
    let byIndex = results.withLock { $0 }
    return entries.indices.compactMap { byIndex[$0] }
}

private func makeTracks(_ scans: [MaskScan]) -> [Track] {
    var appearances: [UInt16: [Track.Appearance]] = [:]
    for scan in scans {
        for region in scan.regions {
            appearances[region.value, default: []].append(
                Track.Appearance(frame: scan.entry.frame, box: region.box, area: region.area))
        }
    }
    let void: Set<UInt16> = [254, 255]
    if !void.isSuperset(of: appearances.keys), appearances.keys.allSatisfy({ $0 <= 255 }) {
        appearances = appearances.filter { !void.contains($0.key) }
    }
    return appearances.map { Track(id: .number(Int($0.key)), appearances: $0.value) }.sorted { $0.id < $1.id }
}
