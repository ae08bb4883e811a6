import Imaging
import Media

/// Parameters of `SceneSeries`.
package enum SceneConstants {
    /// Seconds covered by one estimate. Shorter follows the sunlight, but costs time.
    static let stretch = 60.0
    /// Seconds before and after a stretch that are sampled as well; anyone who stands for less does not become background.
    static let reach = 30.0
    /// Approximate number of samples of a stretch and its surroundings.
    static let samples = 64.0
    /// Upper bound on the seconds between samples.
    static let longestInterval = 2.0
}

/// A stretch of a clip with one background.
struct SceneStretch: Sendable {
    /// nil if unknown, because the camera moves or the stretch is too short.
    let background: SceneBackground?
    /// End in seconds; infinite for the last.
    let until: Double
    /// True if it shows another view than the previous stretch: a cut, or a camera that was turned.
    let isOtherView: Bool
}

/// The backgrounds of a clip in order, estimated from samples that are read ahead. Memory is that of the samples of two minutes,
/// whatever the clip's length.
final class SceneSeries {
    private struct Sample {
        let frame: WorkingFrame
        let time: Double
        /// Number of its scene: the view and its light.
        let scene: Int
    }

    private let frames: ClipFrames
    private let size: WorkingSize
    /// The selected part of the clip; nil for all.
    private let span: TimeSpan?
    private let interval: Double
    private var samples: [Sample] = []
    private var hasEnded = false
    private var nextTime = -Double.infinity
    private var comparison = SceneComparison()
    /// Numbers of the scenes that began with another view.
    private var otherViews: Set<Int> = []
    private(set) var current: SceneStretch?
    /// Number of the current scene.
    private var scene = -1

    /// - Parameters:
    ///   - clip: opened for this series alone; read once.
    ///   - span: the selected part; nil for all. Frames before and after it are sampled as well.
    init(_ clip: VideoClip, size: WorkingSize, in span: TimeSpan?) throws {
        let surroundings = span?.widened(by: SceneConstants.reach)
        frames = try clip.frames(in: surroundings)
        self.size = size
        self.span = span
        let count = clip.knownFrameCount ?? clip.info.declaredFrames
        let whole = count.map { Double($0) / clip.info.frameRate } ?? clip.info.duration ?? .infinity
        let seconds = min(surroundings?.end ?? .infinity, whole) - (surroundings?.start ?? 0)
        interval = min(
            SceneConstants.longestInterval, min(seconds, SceneConstants.stretch + 2 * SceneConstants.reach) / SceneConstants.samples)
    }

    /// Camera motion over the samples of the selected part read so far.
    var camera: SceneComparison.Camera { comparison.camera }

    /// The stretch at a time; times must ascend from call to call.
    func stretch(at time: Double) throws -> SceneStretch {
        if let current, time < current.until { return current }
        return try begin(at: time)
    }

    /// Ends the stretch early, because an image does not fit it and the next scene is about to begin.
    /// - Returns: nil if no other scene is near.
    func skip(from time: Double) throws -> SceneStretch? {
        guard let next = samples.first(where: { $0.scene > scene }), next.time - time <= 2 * interval + 0.5 else { return nil }
        return try begin(at: next.time)
    }

    private func begin(at time: Double) throws -> SceneStretch {
        try read(until: time + SceneConstants.stretch + SceneConstants.reach)
        samples.removeAll { $0.time < time - SceneConstants.reach }
        let number = (samples.first { $0.time >= time } ?? samples.last)?.scene ?? 0
        let own = samples.filter { $0.scene == number }
        let next = samples.first { $0.scene > number }
        let end = next?.time ?? (hasEnded ? .infinity : time + SceneConstants.stretch)
        let near = own.filter { $0.time < end + SceneConstants.reach }.map(\.frame)
        let isOther = number != scene && otherViews.contains(number)
        scene = number
        let stretch = SceneStretch(
            background: near.count >= BackgroundEstimate.fewest ? BackgroundEstimate(samples: near).background() : nil,
            until: min(end, time + SceneConstants.stretch + (hasEnded && next == nil ? .infinity : 0)), isOtherView: isOther)
        current = stretch
        return stretch
    }

    private func read(until time: Double) throws {
        while !hasEnded, (samples.last?.time ?? -.infinity) < time {
            guard let frame = try frames.next() else {
                hasEnded = true
                return
            }
            guard frame.time >= nextTime else { continue }
            nextTime = frame.time + interval * 0.999
            let working = WorkingFrame(index: frame.index, image: try frame.image(), size: size)
            let counts = span.map { $0.start <= frame.time && frame.time < $0.end } ?? true
            let change = comparison.change(to: working, counts: counts)
            let number = (samples.last?.scene ?? 0) + (change == .none ? 0 : 1)
            if change == .otherView { otherViews.insert(number) }
            samples.append(Sample(frame: working, time: frame.time, scene: number))
        }
    }
}
