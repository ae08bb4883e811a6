import Masks
import Media

/// The frames a track's caption looks at.
package struct TrackSamples: Equatable {
    package let track: Track
    /// Place among all of the clip's tracks.
    package let position: TrackPosition
    /// Where the masks show the track and the clip has a picture, ascending: a part of the track's own list, not
    /// copied, because an hour's is long.
    package let visible: ArraySlice<Track.Appearance>
    /// Ascending, with repeats; none when the track is not visible.
    package let frames: [Int]
}

/// Chooses the frames that captions look at.
package struct TrackSampler {
    let sampling: FrameSampling
    /// Frames for each caption.
    let count: Int

    /// Samples of each track.
    /// - Parameters:
    ///   - lost: tracks that are not visible, whatever their own frames say.
    ///   - part: the frames the clip, or the part of it that counts, has or is thought to have.
    func samples(of tracks: [Track], lost: Set<TrackID> = [], in part: Range<Int>) -> [TrackSamples] {
        tracks.enumerated().map { index, track in
            let inPart = track.appearances.drop { $0.frame < part.lowerBound }.prefix { $0.frame < part.upperBound }
            let visible = lost.contains(track.id) ? [] : inPart
            return TrackSamples(
                track: track, position: TrackPosition(id: track.id, number: index + 1, count: tracks.count),
                visible: visible,
                frames: visible.isEmpty
                    ? [] : FrameSampler.frames(sampling, visible: visible.map(\.frame), in: part, count: count))
        }
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
