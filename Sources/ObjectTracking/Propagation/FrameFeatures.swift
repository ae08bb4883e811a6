import Imaging

/// What all tracks share of one frame.
struct FrameFeatures: Sendable {
    let frame: WorkingFrame
    let pyramid: Pyramid
    /// Colour bins, `[height, width]`.
    let bins: [UInt16]

    init(_ frame: WorkingFrame) {
        self.frame = frame
        pyramid = Pyramid(frame)
        bins = ColourBins.bins(of: frame)
    }

    var box: BoundingBox { frame.box }

    /// Colours inside a region.
    func colours(of region: Field) -> ColourHistogram {
        ColourHistogram(bins, width: frame.width, in: region.box) { x, y in
            let share = region[x, y]
            return share > 0.5 ? share : 0
        }
    }

    /// Colours around a region, up to 0.6 of its size away.
    func colours(around region: Field, _ bounds: BoundingBox) -> ColourHistogram {
        let margin = max(8, max(bounds.width, bounds.height) * 6 / 10)
        let ring = bounds.grown(by: margin, within: box) ?? box
        let inside = Field(box: region.box, values: region.values).padded(by: 3, within: box).dilated(by: 2)
        return ColourHistogram(bins, width: frame.width, in: ring) { x, y in 1 - inside[x, y] }
    }
}

extension Field {
    /// With a margin of zeros.
    func padded(by margin: Int, within size: BoundingBox) -> Field {
        guard let grown = box.grown(by: margin, within: size) else { return self }
        var result = Field(box: grown)
        guard let common = box.intersection(grown) else { return result }
        for y in common.top..<common.bottom {
            for x in common.left..<common.right {
                result.values[(y - grown.top) * grown.width + x - grown.left] = values[(y - box.top) * box.width + x - box.left]
            }
        }
        return result
    }
}
