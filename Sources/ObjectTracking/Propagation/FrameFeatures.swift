import Imaging

/// Regions around objects, in `FrameFeatures` and `FrameWindow`.
package enum RegionConstants {
    /// Tenths of an object's longer side, around it, whose colours count as its surroundings; and pixels at least.
    package static let ringTenths = 6
    package static let smallestRing = 8
    /// Pixels by which an object is widened before its surroundings, or a frame's background, are taken: its outline is
    /// not exact. The plane is padded by one more.
    package static let outline = 2
    /// Chance above which a pixel is not background.
    package static let occupiedChance: Float = 0.3
}

/// Properties of one frame that all tracks share.
struct FrameFeatures: Sendable {
    let frame: WorkingFrame
    let pyramid: Pyramid
    private let tiles: BinTiles

    init(_ frame: WorkingFrame) {
        self.frame = frame
        pyramid = Pyramid(frame)
        tiles = BinTiles(frame)
    }

    var box: BoundingBox { frame.box }

    /// Colour bins of the pixels of a box at least.
    func bins(in box: BoundingBox) -> BinTiles {
        tiles.prepare(box)
        return tiles
    }

    /// Colours inside a region.
    func colours(of region: Plane<Float>) -> ColourHistogram {
        ColourHistogram(bins(in: region.box), in: region.box) { x, y in
            let share = region[x, y]
            return share > 0.5 ? share : 0
        }
    }

    /// Colours around a region, up to a share of its size away, but for pixels that are about to join it.
    func colours(around region: Plane<Float>, _ bounds: BoundingBox, layers: Plane<Float> = .nothing) -> ColourHistogram {
        let margin = max(
            RegionConstants.smallestRing, max(bounds.width, bounds.height) * RegionConstants.ringTenths / 10)
        let ring = bounds.grown(by: margin, within: box) ?? box
        let inside = region.widened(within: box)
        return ColourHistogram(bins(in: ring), in: ring) { x, y in
            (1 - inside.value(x, y)) * (1 - joinedShare(layers.value(x, y)))
        }
    }
}

extension Plane<Float> {
    /// A region with the pixels around its outline.
    func widened(within size: BoundingBox) -> Plane<Float> {
        padded(by: RegionConstants.outline + 1, within: size).dilated(by: RegionConstants.outline)
    }
}
