import Masks
import Media

/// The frames sampled for one caption, of a whole track or of a part.
package struct TrackSamples: Equatable {
    package let track: Track
    /// The track's position in the clip, and the part of it.
    package let position: TrackPosition
    /// Frames of the clip that show the track or part, ascending. A slice of the track's own list, because copies of an hour's
    /// list would be large.
    package let visible: ArraySlice<Track.Appearance>
    /// Ascending, with repeats; empty when the track is not visible.
    package let frames: [Int]
}

/// Samples frames for captions.
package struct TrackSampler {
    let sampling: FrameSampling
    /// Frames per caption.
    let count: Int
    /// Cuts tracks into parts that are captioned as well; nil for none.
    let parts: TrackParts?

    /// Samples of each track, followed by those of its parts.
    /// - Parameters:
    ///   - lost: tracks to treat as not visible, whatever their masks say.
    ///   - part: frames that the clip, or the captioned part of it, has or is expected to have.
    func samples(of tracks: [Track], lost: Set<TrackID> = [], in part: Range<Int>) -> [TrackSamples] {
        tracks.enumerated().flatMap { index, track in
            let inPart = track.appearances.drop { $0.frame < part.lowerBound }.prefix { $0.frame < part.upperBound }
            let visible = lost.contains(track.id) ? [] : inPart
            let parts = self.parts?.parts(of: visible) ?? []
            var position = TrackPosition(id: track.id, number: index + 1, count: tracks.count, parts: parts.count)
            let whole = samples(of: track, position, visible, in: part)
            return [whole] + parts.enumerated().map { number, visible in
                position.part = number + 1
                let first = visible.first?.frame ?? 0, last = visible.last?.frame ?? 0
                return samples(of: track, position, visible, in: first..<last + 1)
            }
        }
    }

    private func samples(
        of track: Track, _ position: TrackPosition, _ visible: ArraySlice<Track.Appearance>, in frames: Range<Int>
    ) -> TrackSamples {
        TrackSamples(
            track: track, position: position, visible: visible,
            frames: visible.isEmpty
                ? [] : FrameSampler.frames(sampling, visible: visible.map(\.frame), in: frames, count: count))
    }
}

extension [TrackSamples] {
    /// Frames used by any caption.
    var frames: Set<Int> { Set<Int>(flatMap(\.frames)) }

    /// Frames whose times are reported.
    var timedFrames: Set<Int> {
        Set<Int>(flatMap { $0.frames + [$0.visible.first?.frame, $0.visible.last?.frame].compactMap { $0 } })
    }
}
