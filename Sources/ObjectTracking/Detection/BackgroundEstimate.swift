import Imaging
import Parallelism

/// Choice of the still scene's colours in `BackgroundEstimate`.
package enum BackgroundEstimateConstants {
    /// Distance in 8-bit steps, worst channel, within which samples show the same surface; the noise adds to it.
    static let sameSurface: Float = 14
    /// Noise deviations within which samples show the same surface.
    static let noiseReach: Float = 3
    /// Share of the samples that a colour needs to be the scene's. Less finds roads that are busy, and takes crowds for road.
    static let fewestShare = 0.1
    /// Share of the stretch by which one colour has to be seen earlier or later than another to count as seen for longer:
    /// a person who stands for most of a stretch is no background, as long as the place is seen before and after.
    static let longerShare = 0.12
    /// Share of the samples, seen over at least `otherExtent` of the stretch, that make a second colour a part of the scene.
    static let otherShare = 0.2
    static let otherExtent = 0.7
    /// Share of the stretch that two colours may overlap in time and still follow one another, as when a car parks.
    static let overlapShare = 0.1
    /// Share of the samples from which a colour may be the scene's, though another one is seen for longer: a thing that comes and
    /// goes covers a place for most of a short clip.
    static let alternativeShare = 0.1
    /// The same for one that is seen between two times of the other: it may as well be a thing that passes.
    static let interludeShare = 0.15
    /// Times that such a colour comes back at most: more often it is seen between leaves.
    static let fewVisits: Int32 = 4
}

/// Estimates the still scene from pictures of a stretch of a clip. Each pixel's samples are grouped by colour; the scene is
/// the colour that is seen over the longest time, not the most frequent one, unless another one suits the surroundings better.
struct BackgroundEstimate {
    private typealias Constant = BackgroundEstimateConstants

    /// Ascending in time, of one size.
    let samples: [WorkingFrame]

    /// Fewest samples that an estimate can be made from.
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
        return SceneBackground(pixels: SceneStates(scene, alternatives.finished()).settled(), noise: noise)
    }

    /// Deviation of still pixels, from the differences of consecutive samples, most of which show the same.
    private var noise: Float {
        var counts = [Int](repeating: 0, count: 256), total = 0
        for (first, second) in zip(samples, samples.dropFirst()) {
            for place in stride(from: 0, to: first.rgb.count, by: 97) {
                counts[abs(Int(first.rgb[place].green) - Int(second.rgb[place].green))] += 1
                total += 1
            }
        }
        // The median difference of two normal values is 0.954 deviations of one; between steps of 1 it is interpolated.
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
