import Imaging
import Parallelism

/// Thresholds of `ForegroundDetector`.
package enum ForegroundConstants {
    /// Difference to the scene in 8-bit steps, worst channel, mean of 3 x 3 pixels, from which a pixel may belong to a moving
    /// object, and from which it starts one; the scene's spread and the picture's noise add to both.
    static let possible: Float = 14
    static let certain: Float = 28
    /// Steps added for each step the scene's samples spread, and for each step of noise.
    static let spreadWeight: Float = 1
    static let possibleNoise: Float = 1.2
    static let certainNoise: Float = 2.2
    /// Brightness of a shadow as a share of the scene's: darker is an object.
    static let darkestShadow: Float = 0.5
    static let lightestShadow: Float = 0.97
    /// Difference between the channels' shares below which darkening keeps the colour.
    static let shadowColour: Float = 0.09
    /// Pixels of the picture's height to one pixel by which gaps are closed.
    static let closingPart = 190
    /// The same for gaps from top to bottom, by which one object is cut more often than two are apart.
    static let tallClosingPart = 70
    /// Pixels of the picture's height to one pixel of half the width below which a part is a thread.
    static let threadPart = 230
    /// Share of a region's pixels, at least, that start an object.
    static let certainShare = 0.12
    /// Share of the picture's pixels below which a region is noise, and pixels at least.
    static let smallestShare = 0.00018
    static let smallestArea = 24
    /// Share of the picture that differs beyond which the light or the camera changed, and nothing is found.
    static let flood = 0.55
}

/// Finds the regions of a picture that differ from the still scene.
struct ForegroundDetector {
    private typealias Constant = ForegroundConstants

    let scene: SceneBackground

    /// Regions that differ; nil when most of the picture does, which no object explains.
    func regions(in frame: WorkingFrame) -> [ConnectedRegion]? {
        let marked = marks(of: frame)
        let differing = marked.indices.count { marked[$0] != 0 }
        guard Double(differing) < Constant.flood * Double(marked.count) else { return nil }
        let radius = max(1, frame.height / Constant.closingPart), tall = max(1, frame.height / Constant.tallClosingPart)
        let closed = marked.mapped { UInt8($0 == 0 ? 0 : 1) }.majority().closed(across: radius, down: tall)
            .withoutThreads(max(1, frame.height / Constant.threadPart))
        let smallest = max(Constant.smallestArea, Int(Double(marked.count) * Constant.smallestShare))
        return ConnectedRegions(closed).regions.filter { region in
            guard region.area >= smallest else { return false }
            var certain = 0
            region.forEachPlace { if marked[$0] == 2 { certain += 1 } }
            return Double(certain) >= Constant.certainShare * Double(region.area)
        }
    }

    /// By region, the part that shows the object, without the pixels at its edge that show the scene.
    func outlines(of regions: [ConnectedRegion], in frame: WorkingFrame) -> [ConnectedRegion] {
        guard !regions.isEmpty else { return [] }
        let outline = RegionOutline(scene: scene, frame: frame, gain: gain(of: frame))
        return regions.map(outline.trimmed)
    }

    /// 0 for pixels that show the scene or a shadow on it, 1 for those that may show an object, 2 for those that do.
    private func marks(of frame: WorkingFrame) -> Plane<UInt8> {
        let gain = gain(of: frame), width = frame.width, height = frame.height
        let differences = Plane<SIMD4<Int16>>(frame.box) { row in
            for x in row.columns { row[x] = difference(frame.rgb[x, row.y], scene.pixels[x, row.y], gain) }
        }
        return Plane<UInt8>(frame.box) { row in
            let above = max(0, row.y - 1), below = min(height - 1, row.y + 1)
            var before = SIMD4<Int16>.zero, here = column(differences, 0, above, row.y, below)
            before = here
            for x in row.columns {
                let after = x + 1 < width ? column(differences, x + 1, above, row.y, below) : here
                row[x] = mark(before &+ here &+ after, frame.rgb[x, row.y], scene.pixels[x, row.y])
                (before, here) = (here, after)
            }
        }
    }

    @inline(__always)
    private func column(_ plane: Plane<SIMD4<Int16>>, _ x: Int, _ above: Int, _ y: Int, _ below: Int) -> SIMD4<Int16> {
        plane[x, above] &+ plane[x, y] &+ plane[x, below]
    }

    /// Difference to the nearer of the scene's two colours.
    @inline(__always)
    private func difference(_ colour: RGB, _ pixel: ScenePixel, _ gain: Int32) -> SIMD4<Int16> {
        let value = colour.channels &* gain
        let first = (value &- pixel.colour.channels &<< 8) &>> 8
        guard pixel.colour.greatestDifference(to: pixel.other) > 0 else { return SIMD4<Int16>(truncatingIfNeeded: first) }
        let second = (value &- pixel.other.channels &<< 8) &>> 8
        let size = (first &* first).wrappedSum(), other = (second &* second).wrappedSum()
        return SIMD4<Int16>(truncatingIfNeeded: size <= other ? first : second)
    }

    /// - Parameter sum: of the differences of 3 x 3 pixels.
    @inline(__always)
    private func mark(_ sum: SIMD4<Int16>, _ colour: RGB, _ pixel: ScenePixel) -> UInt8 {
        let most = max(abs(sum.x), max(abs(sum.y), abs(sum.z)))
        // Most pixels are decided without their margins.
        guard Float(most) > 9 * Constant.possible else { return 0 }
        let worst = Float(most) / 9
        let margin = Constant.spreadWeight * Float(pixel.spread)
        guard worst > Constant.possible + Constant.possibleNoise * scene.noise + margin else { return 0 }
        if isShadow(sum, pixel) { return 0 }
        return worst > Constant.certain + Constant.certainNoise * scene.noise + margin ? 2 : 1
    }

    /// True if all channels are darkened by about the same share, and not by much.
    @inline(__always)
    private func isShadow(_ sum: SIMD4<Int16>, _ pixel: ScenePixel) -> Bool {
        guard sum.x < 0, sum.y < 0, sum.z < 0 else { return false }
        let still = SIMD4<Float>(Float(pixel.colour.red), Float(pixel.colour.green), Float(pixel.colour.blue), 255)
        let share = 1 + SIMD4<Float>(Float(sum.x), Float(sum.y), Float(sum.z), 0) / (9 * still)
        let least = min(share.x, share.y, share.z), most = max(share.x, share.y, share.z)
        return least > Constant.darkestShadow && most < Constant.lightestShadow && most - least < Constant.shadowColour
    }

    /// Factor, in 1/256, that brings the picture to the scene's brightness: of the median pixel.
    private func gain(of frame: WorkingFrame) -> Int32 {
        var ratios: [Int] = []
        for y in stride(from: 4, to: frame.height, by: 8) {
            for x in stride(from: 4, to: frame.width, by: 8) {
                let here = Int(frame.rgb[x, y].green), still = Int(scene.pixels[x, y].colour.green)
                // Black and burnt out pixels do not tell.
                if here > 20, still > 20, here < 245, still < 245 { ratios.append(still * 256 / here) }
            }
        }
        guard ratios.count > 50 else { return 256 }
        ratios.sort()
        let median = ratios[ratios.count / 2]
        return abs(median - 256) < 4 ? 256 : Int32(min(max(median, 128), 512))
    }
}
