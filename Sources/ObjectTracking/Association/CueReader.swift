import Imaging
import Masks

/// Computes cues from the frames of a clip, in order.
struct CueReader {
    private let size: WorkingSize
    private let series: SceneSeries?
    private var pyramid: Pyramid?
    /// Foreground by frame, at the working size: about a kilobyte each.
    private(set) var foregrounds: [Int: StoredMask] = [:]

    /// - Parameter series: backgrounds of the clip; nil if the foreground is not needed.
    init(size: WorkingSize, series: SceneSeries?) { (self.size, self.series) = (size, series) }

    /// - Parameters:
    ///   - isLooked: true for a frame processed by the detector; camera motion is measured between consecutive ones.
    ///   - hasDetections: true to compute colours.
    mutating func cues(of frame: WorkingFrame, time: Double, isLooked: Bool, hasDetections: Bool) throws -> FrameCues {
        var cues = FrameCues(factor: size.factor)
        if let scene = try series?.stretch(at: time).background, let regions = ForegroundDetector(scene: scene).regions(in: frame) {
            let plane = MutablePlane<UInt8>(frame.box, repeating: 0)
            for region in regions { region.forEachPlace { plane[$0] = 1 } }
            foregrounds[frame.index] = StoredMask(
                size: PictureSize(width: size.width, height: size.height),
                spans: regions.flatMap(\.runs).sorted { ($0.y, $0.columns.lowerBound) < ($1.y, $1.columns.lowerBound) }
                    .map { $0.y * size.width + $0.columns.lowerBound..<$0.y * size.width + $0.columns.upperBound })
            cues.foreground = plane.finished()
        }
        guard isLooked else { return cues }
        let current = Pyramid(frame)
        if let pyramid {
            let level = min(2, current.levels.count - 1)
            let flow = DenseInverseSearch.flow(from: pyramid, to: current, finest: level)
            cues.camera = CameraMotion(fitting: flow, scale: Double(2 << level)).enlarged(by: size.factor)
        }
        pyramid = current
        if hasDetections { cues.bins = ColourBins.bins(of: frame) }
        return cues
    }
}
