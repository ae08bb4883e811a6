import Imaging

/// Thresholds of `SceneCorrection`.
package enum SceneCorrectionConstants {
    /// Number of samples that are compared with the background, evenly spaced. More find a moment at which nothing else is near,
    /// but cost time.
    static let looks = 32
    /// Passes over these samples: a part beside another is decided after it.
    static let rounds = 2
    /// Pixels below which a region is left unchanged.
    static let smallest = 60
    /// Ratio of contrast with the surroundings below which a sample shows the background, that of `SceneChanges`. Higher replaces
    /// background by objects that fit in as well.
    static let smoother: Float = 0.75
    /// Fraction of a region's pixels whose colours in the sample must recur: something that passes is not background.
    static let recurring = 0.8
}

/// Corrects regions of an estimated background that show an object, from samples in which the region stands out less. Unlike
/// `SceneChanges` and `SceneStates` it takes the region from one sample, so that two objects whose places touch, at different
/// times, are two regions.
struct SceneCorrection {
    private typealias Constant = SceneCorrectionConstants

    /// In time order, of one size.
    let samples: [WorkingFrame]
    /// Distance in 8-bit steps, worst channel, within which two colours show the same surface.
    let reach: Int

    func corrected(_ estimate: Plane<ScenePixel>) -> Plane<ScenePixel> {
        let scene = estimate.mutableCopy(), step = max(1, samples.count / Constant.looks)
        for _ in 0..<Constant.rounds {
            var hasChanged = false
            for index in stride(from: step / 2, to: samples.count, by: step) where correct(scene, from: samples[index]) {
                hasChanged = true
            }
            if !hasChanged { break }
        }
        return scene.finished()
    }

    /// - Returns: true if a region was replaced.
    private func correct(_ scene: borrowing MutablePlane<ScenePixel>, from sample: WorkingFrame) -> Bool {
        let differing = MutablePlane<UInt8>(sample.box)
        var count = 0
        for place in sample.rgb.indices {
            let colour = sample.rgb[place], pixel = scene[place]
            let isOther = colour.greatestDifference(to: pixel.colour) > reach && colour.greatestDifference(to: pixel.other) > reach
            differing[place] = isOther ? 1 : 0
            if isOther { count += 1 }
        }
        guard count >= Constant.smallest, Double(count) < ForegroundConstants.flood * Double(sample.rgb.count) else { return false }
        let marked = differing.finished().majority()
        var hasChanged = false
        for region in ConnectedRegions(marked).regions where region.area >= Constant.smallest {
            var now: Float = 0, then: Float = 0
            region.forEachOutlinePair { inside, outside in
                guard marked[outside] == 0 else { return }
                let beside = scene[outside].colour
                now += Float(scene[inside].colour.greatestDifference(to: beside))
                then += Float(sample.rgb[inside].greatestDifference(to: beside))
            }
            guard then < Constant.smoother * now, replace(region, of: scene, from: sample) else { continue }
            hasChanged = true
        }
        return hasChanged
    }

    /// Replaces a region by the mean of the samples that agree with one of them.
    /// - Returns: false if too few pixels have others that agree.
    private func replace(
        _ region: ConnectedRegion, of scene: borrowing MutablePlane<ScenePixel>, from sample: WorkingFrame
    ) -> Bool {
        let fewest = max(2, Int(Double(samples.count) * BackgroundEstimateConstants.fewestShare))
        var pixels: [(place: Int, pixel: ScenePixel)] = []
        region.forEachPlace { place in
            if let pixel = pixel(at: place, like: sample.rgb[place], fewest: fewest) { pixels.append((place, pixel)) }
        }
        guard Double(pixels.count) >= Constant.recurring * Double(region.area) else { return false }
        for (place, pixel) in pixels { scene[place] = pixel }
        return true
    }

    /// The background at a pixel if it has the given colour; nil if fewer samples agree.
    private func pixel(at place: Int, like wanted: RGB, fewest: Int) -> ScenePixel? {
        var sum = SIMD4<Int32>.zero, count = 0, spread = 0
        for sample in samples {
            let colour = sample.rgb[place], away = colour.greatestDifference(to: wanted)
            guard away <= reach else { continue }
            sum &+= colour.channels
            spread += away
            count += 1
        }
        guard count >= fewest else { return nil }
        let mean = sum / Int32(count)
        let colour = RGB(
            red: UInt8(truncatingIfNeeded: mean.x), green: UInt8(truncatingIfNeeded: mean.y), blue: UInt8(truncatingIfNeeded: mean.z))
        return ScenePixel(colour: colour, other: colour, spread: UInt8(min(spread / count, 255)))
    }
}
