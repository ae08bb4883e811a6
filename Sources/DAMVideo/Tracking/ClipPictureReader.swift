import Imaging
import SegmentAnything
import VideoDecoding

/// A clip's frames for a tracker that goes through it forwards or backwards, one at a time.
final class ClipPictureReader: ClipPictures {
    let count: Int
    var width: Int { clip.info.width }
    var height: Int { clip.info.height }
    /// What was wrong with the clip; nil when nothing was seen.
    private(set) var damage: String?

    /// Frames decoded at a time on the way back; decoders only go forwards.
    private static let segment = 16

    private let clip: VideoClip
    private var ahead: ClipFrames?
    /// The number of the frame that comes next.
    private var next = 0
    /// Decoded on the way back, by number.
    private var held: [Int: RGBImage] = [:]

    /// - Throws: `VideoError`.
    init(path: String) throws {
        clip = try VideoClip(path: path)
        if let known = clip.frameCount {
            count = known
        } else {
            let frames = try clip.frames()
            var found = 0
            while try frames.next() != nil { found += 1 }
            count = found
            damage = frames.damage
        }
    }

    func picture(at frame: Int) throws -> RGBImage {
        if let picture = held[frame] { return picture }
        if ahead != nil, frame >= next { return try read(frame) }
        if frame + 1 < next || held.isEmpty == false {
            // Going back: what lies before will be wanted soon.
            held = [:]
            ahead = nil
            let first = max(0, frame + 1 - Self.segment)
            let frames = try clip.frames(first...frame)
            while let found = try frames.next() { held[found.index] = try found.image() }
            if let picture = held[frame] { return picture }
            throw missing(frame)
        }
        ahead = try clip.frames(frame..<count)
        next = frame
        return try read(frame)
    }

    private func read(_ frame: Int) throws -> RGBImage {
        while let found = try ahead?.next() {
            next = found.index + 1
            if found.index == frame { return try found.image() }
        }
        damage = ahead?.damage ?? damage
        throw missing(frame)
    }

    private func missing(_ frame: Int) -> VideoError {
        VideoError.invalid(path: clip.path, found: "frame \(frame) damaged", expected: "\(count) whole frames")
    }
}
