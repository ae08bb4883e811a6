import Foundation
import Imaging

/// MOTChallenge results: lines `frame,id,left,top,width,height,1,-1,-1,-1`, sorted by frame and id, with the box of each mask, or
/// of the whole object if part of it is known to be hidden. Frames and pixels count from 1. The format cannot store masks,
/// labels, or frames without an object.
enum MOTChallengeWriter {
    /// Upper bound on ids and frames that are read back unchanged.
    private static let largest = 1_000_000_000

    static func write(_ source: any MaskSource, to file: URL) throws {
        let ids = try source.tracks.map { try number($0.id, of: source.path) }
        var rows: [(frame: Int, id: Int, box: BoundingBox)] = []
        for (track, id) in zip(source.tracks, ids) {
            rows += track.appearances.map { (frame: $0.frame, id: id, box: source.fullBox(of: track.id, at: $0.frame) ?? $0.box) }
        }
        var text: [UInt8] = []
        for (frame, id, box) in rows.sorted(by: { ($0.frame, $0.id) < ($1.frame, $1.id) }) {
            text += "\(frame + 1),\(id),\(box.left + 1),\(box.top + 1),\(box.width),\(box.height),1,-1,-1,-1\n".utf8
        }
        try Data(text).write(to: file)
    }

    /// The number that is read back as this id.
    static func number(_ id: TrackID, of path: String) throws -> Int {
        guard case .number(let number) = id, (0...largest).contains(number) else {
            throw MaskError(
                path: path,
                reason: .wouldLose(what: "track \(id), whose id is not 0 to \(largest)", format: .motChallenge))
        }
        return number
    }
}
