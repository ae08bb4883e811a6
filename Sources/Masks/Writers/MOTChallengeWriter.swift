import Foundation
import Imaging

/// MOTChallenge results: a line `frame,id,left,top,width,height,1,-1,-1,-1` for the box around each mask, or around
/// the whole object where a part of it is known to be hidden, by frame and id.
/// Frames and pixels count from 1. The layout has no place for masks, labels, and frames without an object.
enum MOTChallengeWriter {
    /// Ids and frames up to here are read again as they are.
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

    /// The number that is read as this id again.
    static func number(_ id: TrackID, of path: String) throws -> Int {
        guard case .number(let number) = id, (0...largest).contains(number) else {
            throw MaskError(
                path: path,
                reason: .wouldLose(what: "track \(id), whose id is not 0 to \(largest)", format: .motChallenge))
        }
        return number
    }
}
