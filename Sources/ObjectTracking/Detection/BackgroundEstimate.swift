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
    /// Pixels below which a region that changed once is left as it is.
    static let smallestChange = 60
    /// Ratio of contrast with the surroundings below which the smoother of two states is the scene.
    static let smoother: Float = 0.75
}

/// Estimates the still scene from pictures of a stretch of a clip. Each pixel's samples are grouped by colour; the scene is
/// the colour that is seen over the longest time, not the most frequent one. A region that changed once, because something
/// came to stay or left for good, is decided as a whole: the thing stands out from its surroundings, the scene does not.
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
        Parallel.fixedRanges(box.height) { rows in
            var groups = ColourGroups(reach: reach)
            for y in rows {
                for x in 0..<box.width {
                    let place = y * box.width + x
                    groups.removeAll()
                    for (index, sample) in samples.enumerated() { groups.add(sample.rgb[place], at: index) }
                    (scene[place], changes[place]) = groups.choice(of: samples.count)
                }
            }
        }
        settle(changes.finished(), in: scene)
        return SceneBackground(pixels: scene.finished(), noise: noise)
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

    /// Gives regions that changed once the state that stands out less.
    private func settle(_ changes: Plane<SceneChange>, in scene: borrowing MutablePlane<ScenePixel>) {
        let isOpen = changes.mapped { UInt8($0.isChange ? 1 : 0) }
        for region in ConnectedRegions(isOpen).regions where region.area >= Constant.smallestChange {
            var early: Float = 0, late: Float = 0
            region.forEachOutlinePair { inside, outside in
                guard isOpen[outside] == 0 else { return }
                let beside = scene[outside].colour
                early += Float(changes[inside].early.greatestDifference(to: beside))
                late += Float(changes[inside].late.greatestDifference(to: beside))
            }
            guard min(early, late) < Constant.smoother * max(early, late) else { continue }
            region.forEachPlace { place in
                scene[place].colour = early < late ? changes[place].early : changes[place].late
                scene[place].other = scene[place].colour
            }
        }
    }
}

/// Colours of a pixel before and after it changed for good.
struct SceneChange: BitwiseCopyable, Sendable {
    var isChange: Bool
    var early: RGB
    var late: RGB
}
