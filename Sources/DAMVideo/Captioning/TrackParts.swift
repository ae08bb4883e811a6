import Masks
import Media
import ObjectTracking

/// Cuts the tracks of a clip into parts, by the clip's clock.
struct TrackParts {
    private let segmentation: TrackSegmentation
    private let clip: VideoClip

    /// - Throws: `InputError` of category `usage` for a length that is out of range.
    init(_ length: SegmentLength, _ clip: VideoClip) throws {
        try length.validate()
        segmentation = TrackSegmentation(length, picture: clip.info.size)
        self.clip = clip
    }

    /// The parts of a track; none when it is too short for two.
    /// - Parameter visible: where the track is seen.
    func parts(of visible: ArraySlice<Track.Appearance>) -> [ArraySlice<Track.Appearance>] {
        segmentation.parts(of: visible, time: time(ofFrame:)).map { visible[$0] }
    }

    /// Parts of a track that is seen in all of these frames; nil when that depends on what it does.
    func expectedParts(in frames: Range<Int>) -> Int? {
        segmentation.expectedParts(seconds: Double(frames.count) / clip.info.frameRate)
    }

    /// Seconds of presentation; where only decoding tells them, as if frames followed one another evenly.
    private func time(ofFrame frame: Int) -> Double { clip.time(ofFrame: frame) ?? Double(frame) / clip.info.frameRate }
}
