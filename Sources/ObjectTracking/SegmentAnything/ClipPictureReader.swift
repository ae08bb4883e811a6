import Imaging
import SegmentAnything
import Media

/// Reads the frames of a clip, or of a part of it, one at a time, for a tracker that runs forwards or backwards. Frames count
/// from the part's first.
final class ClipPictureReader: ClipPictures {
    /// The frames' numbers in the clip.
    let part: Range<Int>
    var count: Int { part.count }
    var width: Int { clip.info.width }
    var height: Int { clip.info.height }
    /// Damage of the clip, as one line; nil if none was found.
    private(set) var damage: String?

    /// Number of frames decoded at a time when running backwards, because decoders only run forwards.
    private static let segment = 16

    private let clip: VideoClip
    private var ahead: ClipFrames?
    /// Number in the clip of the next frame.
    private var next = 0
    /// Frames decoded for running backwards, by number in the clip.
    private var held: [Int: RGBImage] = [:]

    /// - Parameter span: nil for the whole clip.
    /// - Throws: `VideoError`, also for a clip that can be read only once, or that has no frame in `span`.
    init(_ clip: VideoClip, in span: TimeSpan?) throws {
        guard !clip.isReadOnce else {
            throw VideoError.invalid(
                path: clip.path, found: "a clip that can be read only once", expected: "a file, to be read in both directions")
        }
        self.clip = clip
        if let count = clip.frameCount, let known = span.map(clip.frameNumbers) ?? 0..<count {
            part = known
        } else {
            let frames = try clip.frames(in: span)
            var found: Range<Int>?
            while let frame = try frames.next() { found = (found?.lowerBound ?? frame.index)..<frame.index + 1 }
            part = found ?? 0..<0
            damage = frames.damage
        }
        guard !part.isEmpty else {
            throw VideoError.invalid(path: clip.path, found: "no frame in the selected part", expected: "at least one")
        }
    }

    func picture(at index: Int) throws -> RGBImage {
        let frame = part.lowerBound + index
        if let picture = held[frame] { return picture }
        if ahead != nil, frame >= next { return try read(frame) }
        if frame + 1 < next || !held.isEmpty {
            // Running backwards: earlier frames will be needed soon.
            held = [:]
            ahead = nil
            let first = max(part.lowerBound, frame + 1 - Self.segment)
            let frames = try clip.frames(first...frame)
            while let found = try frames.next() { held[found.index] = try found.image() }
            if let picture = held[frame] { return picture }
            throw missing(frame)
        }
        ahead = try clip.frames(frame..<part.upperBound)
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
        VideoError.invalid(
            path: clip.path, found: "frame \(frame) damaged",
            expected: "whole frames from \(part.lowerBound) to \(part.upperBound - 1)")
    }
}
