import Imaging

/// Properties of one frame that all tracks share.
struct FrameFeatures: Sendable {
    let frame: WorkingFrame
    let pyramid: Pyramid
    /// Colour bins (`ColourBins`), `[height, width]`.
    let bins: Plane<UInt16>

    init(_ frame: WorkingFrame) {
        self.frame = frame
        pyramid = Pyramid(frame)
        bins = ColourBins.bins(of: frame)
    }

    var box: BoundingBox { frame.box }

    /// Colours inside a region.
    func colours(of region: Plane<Float>) -> ColourHistogram {
        ColourHistogram(bins, in: region.box) { x, y in
            let share = region[x, y]
            return share > 0.5 ? share : 0
        }
    }

    /// Colours around a region, up to 0.6 of its size away.
    func colours(around region: Plane<Float>, _ bounds: BoundingBox) -> ColourHistogram {
        let margin = max(8, max(bounds.width, bounds.height) * 6 / 10)
        let ring = bounds.grown(by: margin, within: box) ?? box
        let inside = region.padded(by: 3, within: box).dilated(by: 2)
        return ColourHistogram(bins, in: ring) { x, y in 1 - inside.value(x, y) }
    }
}
