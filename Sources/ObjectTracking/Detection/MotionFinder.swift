import Imaging
import Masks
import Media

/// Finds moving objects without a model: regions of each frame that differ from the static background. The clip is read twice at
/// the same time, ahead for the background and for the regions.
struct MotionFinder {
    /// Upper bound on the pixels of working images; larger clips are reduced by an integer factor.
    var maximumPixels = PropagatorConstants.maximumPixels

    /// Interval of frames whose colours are computed, because colours change slowly and take memory.
    private static let colourStep = 3

    /// Facts about a clip that are known after its last frame.
    struct Result {
        var camera = SceneComparison.Camera()
        /// Damage of the clip; nil if there is none.
        var damage: String?
    }

    /// Moving regions of one frame.
    struct Frame {
        /// 0-based in the clip.
        let index: Int
        /// Presentation time in seconds.
        let time: Double
        let regions: [ConnectedRegion]
        /// By region: the part of it that shows the object.
        let outlines: [ConnectedRegion]
        /// By region: comparison of its two sides; nil if too small or too narrow to show two objects.
        let sides: [RegionSides?]
        /// By region; nil on frames whose colours are not computed.
        let colours: [BoxColours?]
        /// False if no background is known, so that motion cannot be detected.
        let isKnown: Bool
        /// True if it shows another view than the previous frame.
        let isOtherView: Bool
    }

    /// - Parameters:
    ///   - clip, ahead: the clip, opened twice.
    ///   - span: the selected part; nil for all.
    ///   - onFrame: called with each frame's regions; an error it throws ends the call.
    /// - Throws: `VideoError`, and what `onFrame` throws.
    func find(
        in clip: VideoClip, ahead: VideoClip, span: TimeSpan?, onFrame: (Frame, WorkingSize) throws -> Void
    ) throws -> Result {
        let size = WorkingSize(full: clip.info.size, maximumPixels: maximumPixels)
        var result = Result()
        let series = try SceneSeries(ahead, size: size, in: span)
        let frames = try clip.frames(in: span)
        var until = -Double.infinity
        while let frame = try frames.next() {
            var stretch = try series.stretch(at: frame.time)
            let picture = WorkingFrame(index: frame.index, image: try frame.image(), size: size)
            var detector = stretch.background.map(ForegroundDetector.init), regions = detector?.regions(in: picture)
            if regions == nil, let next = try series.skip(from: frame.time) {
                stretch = next
                detector = stretch.background.map(ForegroundDetector.init)
                regions = detector?.regions(in: picture)
            }
            try onFrame(
                Frame(
                    index: frame.index, time: frame.time, regions: regions ?? [],
                    outlines: detector?.outlines(of: regions ?? [], in: picture) ?? [],
                    sides: (regions ?? []).map { RegionSides($0, in: picture) },
                    colours: (regions ?? []).map { frame.index % Self.colourStep == 0 ? BoxColours($0, in: picture) : nil },
                    isKnown: regions != nil,
                    isOtherView: stretch.isOtherView && stretch.until != until),
                size)
            until = stretch.until
        }
        result.camera = series.camera
        result.damage = frames.damage
        return result
    }
}
