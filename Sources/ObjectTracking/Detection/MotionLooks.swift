import Imaging
import Media

/// Limits of `MotionLooks`.
package enum MotionLookConstants {
    /// Pixels of the model's picture to one of the clip, in the whole picture, from which that is enough. On PETS09-S2L1 with
    /// YOLOX-nano, at 0.54, looks find 6 of 178 missed boxes, bring 30 false ones and take half as long again.
    static let enough = 0.5
    /// Shares of the picture's longer side that a look has: a detector sees what is in it two to four times as large as in the whole
    /// picture. Smaller ones find farther objects and are needed for more places.
    static let longest = 1.0 / 2
    static let shortest = 1.0 / 4
    /// Looks at a frame, at most: each takes as long as the whole picture.
    static let most = 3
    /// Longer side of a region, in pixels of the whole picture as the model sees it, from which it is large enough to be found there.
    static let large = 72.0
    /// Share of a look's side that is left around a region.
    static let margin = 0.12
    /// Share of a look's side from its edge within which a box is taken for an object that is cut off.
    static let edge = 0.015
    /// IoU of two boxes of one label, found in different looks, that are the same object.
    static let sameObject = 0.5
}

/// Squares around what moves in the frames of a clip, which a detector looks at besides the whole picture, so that small and far
/// objects are large enough to be found. Nothing is looked at so while the camera moves.
package struct MotionLooks {
    private typealias Constant = MotionLookConstants

    private let size: WorkingSize
    private let series: SceneSeries
    private let side: Int
    /// Pixels of the model's picture to one of the clip, in the whole picture.
    private let scale: Double

    /// - Parameters:
    ///   - clip: for these looks alone; read once.
    ///   - model: size of the pictures the detector looks at.
    /// - Returns: nil for a picture that the model sees large enough as a whole.
    package init?(_ clip: VideoClip, span: TimeSpan?, model: PictureSize) throws {
        let full = clip.info.size, longer = Double(max(full.width, full.height)), seen = Double(max(model.width, model.height))
        guard seen / longer < Constant.enough else { return nil }
        scale = seen / longer
        side = Int((longer * min(max(scale, Constant.shortest), Constant.longest)).rounded())
        size = WorkingSize(full: full, maximumPixels: PropagatorConstants.maximumPixels)
        series = try SceneSeries(clip, size: size, in: span)
    }

    /// Squares of a frame, inside the picture; times ascend from frame to frame.
    func squares(in picture: RGBImage, time: Double) throws -> [BoundingBox] {
        guard let scene = try series.stretch(at: time).background, !series.camera.isMoving else { return [] }
        let working = WorkingFrame(index: 0, image: picture, size: size)
        let regions = (ForegroundDetector(scene: scene).regions(in: working) ?? []).map { size.full($0.box) }
        return squares(around: regions)
    }

    /// Squares that hold the small ones among some regions, those of the most regions first.
    package func squares(around regions: [BoundingBox]) -> [BoundingBox] {
        var left = regions.filter { Double(max($0.width, $0.height)) * scale < Constant.large }
        var squares: [BoundingBox] = []
        while squares.count < Constant.most, !left.isEmpty {
            let candidates = left.map { square(around: $0) }
            let held = candidates.map { square in left.count { Self.holds(square, $0) } }
            guard let best = held.indices.max(by: { held[$0] < held[$1] }) else { break }
            squares.append(candidates[best])
            // A region that its own square does not hold is given up.
            let region = left[best]
            left.removeAll { $0 == region || Self.holds(candidates[best], $0) }
        }
        return squares
    }

    private static func holds(_ square: BoundingBox, _ region: BoundingBox) -> Bool {
        square.left <= region.left && square.top <= region.top && square.right >= region.right && square.bottom >= region.bottom
    }

    private func square(around region: BoundingBox) -> BoundingBox {
        let margin = Int(Double(side) * Constant.margin), full = size.full
        let wanted = max(side, max(region.width, region.height) + 2 * margin)
        let width = min(wanted, full.width), height = min(wanted, full.height)
        func start(_ middle: Int, _ length: Int, _ limit: Int) -> Int { min(max(middle - length / 2, 0), limit - length) }
        return BoundingBox(
            left: start(region.left + region.width / 2, width, full.width), top: start(region.top + region.height / 2, height, full.height),
            width: width, height: height)
    }
}
