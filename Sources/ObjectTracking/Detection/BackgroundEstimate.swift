import Imaging
import Parallelism

/// Parameters of the background colour's choice in `BackgroundEstimate`.
package enum BackgroundEstimateConstants {
    /// Distance in 8-bit steps, worst channel, within which samples show the same surface; noise adds to it.
    static let sameSurface: Float = 14
    /// Standard deviations of the noise within which samples show the same surface.
    static let noiseReach: Float = 3
    /// Fraction of the samples that a colour needs to be the background's. Lower finds busy roads, but takes crowds for road.
    static let fewestShare = 0.1
    /// Fraction of the stretch by which one colour must be seen earlier or later than another to count as seen for longer: a
    /// person who stands for most of a stretch is not background, provided that the spot is seen before and after.
    static let longerShare = 0.12
    /// Fraction of the samples, seen over at least `otherExtent` of the stretch, at which a second colour is part of the
    /// background.
    static let otherShare = 0.2
    static let otherExtent = 0.7
    /// Temporal overlap, as a fraction of the stretch, up to which two colours still count as consecutive, as when a car parks.
    static let overlapShare = 0.1
    /// Fraction of the samples at which a colour may be the background's although another one is seen for longer: a recurring
    /// object covers a spot for most of a short clip.
    static let alternativeShare = 0.1
    /// The same for a colour that is seen between two occurrences of the other, which may as well be a passing object.
    static let interludeShare = 0.15
    /// Upper bound on the visits of such a colour; more are typical of gaps between leaves.
    static let fewVisits: Int32 = 4
}

/// Estimates the static background from samples of a stretch of a clip. Each pixel's samples are grouped by colour; the
/// background is the colour seen over the longest time, not the most frequent one, unless another one fits the surroundings
/// better.
struct BackgroundEstimate {
    private typealias Constant = BackgroundEstimateConstants

    /// In time order, of one size.
    let samples: [WorkingFrame]

    /// Minimum number of samples for an estimate.
    static let fewest = 3

    func background() -> SceneBackground {
        let noise = self.noise, reach = Int32(Constant.sameSurface + Constant.noiseReach * noise)
        let box = samples[0].box
        let scene = MutablePlane<ScenePixel>(box), changes = MutablePlane<SceneChange>(box)
        let alternatives = MutablePlane<SceneAlternatives>(box)
        Parallel.fixedRanges(box.height) { rows in
            var groups = ColourGroups(reach: reach)
            for y in rows {
                for x in 0..<box.width {
                    let place = y * box.width + x
                    groups.removeAll()
                    for (index, sample) in samples.enumerated() { groups.add(sample.rgb[place], at: index) }
                    (scene[place], changes[place], alternatives[place]) = groups.choice(of: samples.count)
                }
            }
        }
        SceneChanges(changes.finished()).settle(scene)
        let settled = SceneStates(scene, alternatives.finished()).settled()
        return SceneBackground(pixels: SceneCorrection(samples: samples, reach: Int(reach)).corrected(settled), noise: noise)
    }

    /// Standard deviation of static pixels, from the differences of consecutive samples, most of which show the same.
    private var noise: Float {
        var counts = [Int](repeating: 0, count: 256), total = 0
        for (first, second) in zip(samples, samples.dropFirst()) {
            for place in stride(from: 0, to: first.rgb.count, by: 97) {
                counts[abs(Int(first.rgb[place].green) - Int(second.rgb[place].green))] += 1
                total += 1
            }
        }
        // The median absolute difference of two normal values is 0.954 standard deviations; it is interpolated between integers.
        var below = 0
        for (difference, count) in counts.enumerated() where count > 0 {
            if (below + count) * 2 >= total {
                let part = (Float(total) / 2 - Float(below)) / Float(count)
                return max(0.5, (Float(difference) - 0.5 + part) / 0.954)
            }
            below += count
        }
        return 0.5
    }
}
