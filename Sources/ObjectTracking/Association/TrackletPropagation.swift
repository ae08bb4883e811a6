import Imaging
import Masks
import Media

/// A tracklet that starts where another one was propagated to.
struct TrackletMeeting: Sendable {
    /// The earlier one in time.
    let earlier: Int
    let later: Int
    /// IoU of the propagated mask and the region.
    let overlap: Double
}

/// Propagates tracklets through the frames where they are not separate regions, forwards and backwards.
struct TrackletPropagation {
    let clip: VideoClip
    let size: WorkingSize
    let masks: TrackletMasks

    /// Masks by track and frame, and the meetings of tracklets.
    struct Result {
        var masks: [TrackID: [Int: PropagatedMask]] = [:]
        var meetings: [TrackletMeeting] = []
    }

    /// - Parameters:
    ///   - range: frames to process.
    ///   - progress: called with each frame; an error it throws ends the call.
    func run(in range: Range<Int>, progress: (PropagationProgress) throws -> Void) throws -> Result {
        let annotations = AnnotationReader(masks, where: range.contains)
        var fusion = DirectionFusion(size: size, annotations: annotations, overlapping: []), meetings: [TrackletMeeting] = []
        let stretches = CarriedStretches(masks.limits, in: range).ranges
        for (isBackward, stretch) in stretches.map({ (false, $0) }) + stretches.reversed().map({ (true, $0) }) {
            let frames: any WorkingFrames = isBackward
                ? BackwardFrames(clip, size: size, range: stretch) : try RangeFrames(clip, size: size, range: stretch)
            let pass = PropagationPass(frames, size: size, annotations: annotations, overlapping: [], cameraIsStill: true)
            pass.onBegin = { id, region, carried in
                for track in carried {
                    guard case .number(let one) = track.id, case .number(let other) = id else { continue }
                    let overlap = track.probability.overlap(with: region)
                    guard overlap > 0.05 else { continue }
                    meetings.append(
                        TrackletMeeting(earlier: isBackward ? other : one, later: isBackward ? one : other, overlap: overlap))
                }
            }
            try pass.run { frame, tracks in
                try progress(PropagationProgress(isBackward: isBackward, frame: frame))
                try fusion.add(tracks, at: frame, isBackward: isBackward)
            }
        }
        return Result(masks: fusion.resolved(), meetings: meetings)
    }
}

/// The parts of a clip in which tracks may be propagated; the rest need not be decoded.
package struct CarriedStretches {
    /// Frames between two parts below which they are merged: splitting there would save little decoding, but add seeks.
    package static let shortestGap = 128

    /// Ascending and disjoint.
    package private(set) var ranges: [Range<Int>] = []

    /// - Parameters:
    ///   - limits: for each track, the range of frames in which it may be present.
    ///   - range: the available frames.
    package init(_ limits: [ClosedRange<Int>], in range: Range<Int>) {
        // The background is estimated from frames before and after.
        let reach = BackgroundConstants.reach
        for limit in limits.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let part = (limit.lowerBound - reach..<limit.upperBound + reach + 1).clamped(to: range)
            guard !part.isEmpty else { continue }
            if let latest = ranges.last, part.lowerBound < latest.upperBound + Self.shortestGap {
                ranges[ranges.count - 1] = latest.lowerBound..<max(latest.upperBound, part.upperBound)
            } else {
                ranges.append(part)
            }
        }
    }
}

/// The frames of a range, forwards.
final class RangeFrames: WorkingFrames {
    private let frames: ClipFrames
    private let size: WorkingSize
    private let end: Int

    init(_ clip: VideoClip, size: WorkingSize, range: Range<Int>) throws {
        frames = try clip.frames(range)
        self.size = size
        end = range.upperBound
    }

    func next() throws -> WorkingFrame? {
        guard let frame = try frames.next(), frame.index < end else { return nil }
        return WorkingFrame(index: frame.index, image: try frame.image(), size: size)
    }
}

extension Plane<Float> {
    /// IoU of the pixels above 0.5.
    func overlap(with other: Plane<Float>) -> Double {
        let own = indices.count { self[$0] > 0.5 }, others = other.indices.count { other[$0] > 0.5 }
        var common = 0
        box.intersection(other.box)?.forEachPixel { x, y in
            if self[x, y] > 0.5, other[x, y] > 0.5 { common += 1 }
        }
        let all = own + others - common
        return all > 0 ? Double(common) / Double(all) : 0
    }
}
