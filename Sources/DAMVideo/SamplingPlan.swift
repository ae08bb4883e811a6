import Masks
import Media

/// Which frames each track's caption looks at.
package struct SamplingPlan: Equatable {
    package struct TrackPlan: Equatable {
        package let track: Track
        /// Where the masks show the track and the clip has a picture, ascending: a part of the track's own list, not
        /// copied, because an hour's is long.
        package let visible: ArraySlice<Track.Appearance>
        /// Frames to look at, ascending, with repeats; none when the track is not visible.
        package let sampled: [Int]
    }

    /// Ascending by id.
    package let tracks: [TrackPlan]
    /// The frames the clip, or the part of it that counts, has or is thought to have.
    package let part: Range<Int>

    /// - Parameter lost: tracks that are nowhere to be seen, whatever they say themselves.
    init(_ tracks: [Track], _ sampling: FrameSampling, frames: Int, part: Range<Int>, lost: Set<TrackID> = []) {
        self.part = part
        self.tracks = tracks.map { track in
            let inPart = track.appearances.drop { $0.frame < part.lowerBound }.prefix { $0.frame < part.upperBound }
            let visible = lost.contains(track.id) ? [] : inPart
            return TrackPlan(
                track: track, visible: visible,
                sampled: visible.isEmpty
                    ? []
                    : FrameSampler.frames(sampling, visible: visible.map(\.frame), in: part, count: frames))
        }
    }

    /// Frames that some track is looked at in.
    var frames: Set<Int> { Set(tracks.flatMap(\.sampled)) }

    /// Frames whose times are reported.
    var timed: Set<Int> {
        Set(tracks.flatMap { $0.sampled + [$0.visible.first?.frame, $0.visible.last?.frame].compactMap { $0 } })
    }
}
