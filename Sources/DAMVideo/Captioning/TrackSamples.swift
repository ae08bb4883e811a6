import Masks
import Media

/// The frames one caption looks at: that of a whole track or of a part of one.
package struct TrackSamples: Equatable {
    package let track: Track
    /// Place among all of the clip's tracks, and the part of the track.
    package let position: TrackPosition
    /// Frames that show the track, or its part, and that the clip has, ascending: a slice of the track's own list,
    /// not copied, because an hour's is long.
    package let visible: ArraySlice<Track.Appearance>
    /// Ascending, with repeats; none when the track is not visible.
    package let frames: [Int]
}

/// Chooses the frames that captions look at.
package struct TrackSampler {
    let sampling: FrameSampling
    /// Frames for each caption.
    let count: Int
    /// Cuts tracks into parts that are captioned besides; nil for none.
    let parts: TrackParts?

    /// Samples of each track, and behind them those of its parts.
    /// - Parameters:
    ///   - lost: tracks that are not visible, whatever their own frames say.
    ///   - part: the frames the clip, or the part of it that counts, has or is thought to have.
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
    /// Frames that some caption looks at.
    var frames: Set<Int> { Set<Int>(flatMap(\.frames)) }

    /// Frames whose times are reported.
    var timedFrames: Set<Int> {
        Set<Int>(flatMap { $0.frames + [$0.visible.first?.frame, $0.visible.last?.frame].compactMap { $0 } })
    }
}
