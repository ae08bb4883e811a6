import Imaging
import Media

/// Parameters of `MotionLooks`.
package enum MotionLookConstants {
    /// Scale of the whole image in the model's input at which crops are not needed. On PETS09-S2L1 with YOLOX-nano, at 0.54,
    /// crops find 6 of 178 missed boxes, add 30 false ones and take half as long again.
    static let enough = 0.5
    /// Crop sizes as fractions of the image's longer side: the detector sees their content two to four times as large as in the
    /// whole image. Smaller ones find more distant objects, but more of them are needed.
    static let longest = 1.0 / 2
    static let shortest = 1.0 / 4
    /// Maximum number of crops per frame; each takes as long as the whole image.
    static let most = 3
    /// Longer side of a region, in pixels of the model's input for the whole image, at which it is large enough to be found
    /// there.
    static let large = 72.0
    /// Margin around a region, as a fraction of the crop's side.
    static let margin = 0.12
    /// Distance of a box from the crop's edge, as a fraction of the crop's side, within which the object counts as cut off.
    static let edge = 0.015
    /// IoU at which two boxes of the same label from different crops are the same object.
    static let sameObject = 0.5
}

/// Square crops around moving regions, which a detector processes in addition to the whole image, so that small and distant
/// objects are large enough to be found. Not used while the camera moves.
package struct MotionLooks {
    private typealias Constant = MotionLookConstants

    private let size: WorkingSize
    private let series: SceneSeries
    private let side: Int
    /// Scale of the whole image in the model's input.
    private let scale: Double

    /// - Parameters:
    ///   - clip: opened for these crops alone; read once.
    ///   - model: size of the detector's input.
    /// - Returns: nil if the model sees the whole image large enough.
    package init?(_ clip: VideoClip, span: TimeSpan?, model: PictureSize) throws {
        let full = clip.info.size, longer = Double(max(full.width, full.height)), seen = Double(max(model.width, model.height))
        guard seen / longer < Constant.enough else { return nil }
        scale = seen / longer
        side = Int((longer * min(max(scale, Constant.shortest), Constant.longest)).rounded())
        size = WorkingSize(full: full, maximumPixels: PropagatorConstants.maximumPixels)
        series = try SceneSeries(clip, size: size, in: span)
    }

    /// Crops of a frame, inside the image; times must ascend from call to call.
    func squares(in picture: RGBImage, time: Double) throws -> [BoundingBox] {
        guard let scene = try series.stretch(at: time).background, !series.camera.isMoving else { return [] }
        let working = WorkingFrame(index: 0, image: picture, size: size)
        let regions = (ForegroundDetector(scene: scene).regions(in: working) ?? []).map { size.full($0.box) }
        return squares(around: regions)
    }

    /// Crops that contain the small ones among the regions, those with the most regions first.
    package func squares(around regions: [BoundingBox]) -> [BoundingBox] {
        var left = regions.filter { Double(max($0.width, $0.height)) * scale < Constant.large }
        var squares: [BoundingBox] = []
        while squares.count < Constant.most, !left.isEmpty {
            let candidates = left.map { square(around: $0) }
            let held = candidates.map { square in left.count { Self.holds(square, $0) } }
            guard let best = held.indices.max(by: { held[$0] < held[$1] }) else { break }
            squares.append(candidates[best])
            // A region that its own crop cannot contain is skipped.
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
