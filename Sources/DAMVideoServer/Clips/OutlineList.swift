import DAMVideo
import Imaging
import Masks

/// Polygons to draw over some frames of a clip: `Outlines` in openapi.yaml.
struct OutlineList: Encodable {
    let width: Int
    let height: Int
    let from: Int
    let to: Int
    let frames: [Frame]

    struct Frame: Encodable {
        let frame: Int
        let tracks: [Shown]
    }

    struct Shown: Encodable {
        let id: TrackID
        let outline: [[Int]]
    }

    /// Upper bound on the frames of one list.
    static let mostFrames = 500

    /// - Parameters:
    ///   - frames: the requested frames.
    ///   - masks: masks of the tracks to show.
    /// - Throws: `MaskError`.
    init(_ masks: any MaskSource, frames: Range<Int>) throws {
        (width, height) = (masks.size.width, masks.size.height)
        let frames = frames.prefix(Self.mostFrames)
        (from, to) = (frames.startIndex, frames.endIndex)
        var found: [Frame] = []
        for frame in frames {
            let shown = try masks.tracks.filter { $0.appearance(at: frame) != nil }.map { track in
                Shown(id: track.id, outline: MaskContours(try masks.mask(of: track.id, at: frame)).lines)
            }
            if !shown.isEmpty { found.append(Frame(frame: frame, tracks: shown)) }
        }
        self.frames = found
    }
}
