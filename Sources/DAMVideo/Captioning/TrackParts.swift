import Masks
import Media
import ObjectTracking

/// Cuts a clip's tracks into parts by presentation time.
struct TrackParts {
    private let segmentation: TrackSegmentation
    private let clip: VideoClip

    /// - Throws: `InputError` of category `usage` for a length out of range.
    init(_ length: SegmentLength, _ clip: VideoClip) throws {
        try length.validate()
        segmentation = TrackSegmentation(length, picture: clip.info.size)
        self.clip = clip
    }

    /// The parts of a track; empty when it is too short for two.
    /// - Parameter visible: the track's appearances.
    func parts(of visible: ArraySlice<Track.Appearance>) -> [ArraySlice<Track.Appearance>] {
        segmentation.parts(of: visible, time: time(ofFrame:)).map { visible[$0] }
    }

    /// Number of parts of a track visible in all these frames; nil when that depends on the track.
    func expectedParts(in frames: Range<Int>) -> Int? {
        segmentation.expectedParts(seconds: Double(frames.count) / clip.info.frameRate)
    }

    /// Presentation time in seconds; of evenly spaced frames if only decoding can tell.
    private func time(ofFrame frame: Int) -> Double { clip.time(ofFrame: frame) ?? Double(frame) / clip.info.frameRate }
}
