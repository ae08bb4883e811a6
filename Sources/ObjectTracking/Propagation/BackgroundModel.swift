import Imaging
import Parallelism

/// Sampling of `BackgroundModel`. The most important are measured in the tests' PropagationConstants.md.
package enum BackgroundConstants {
    /// Side of a tile in pixels: the unit of estimation.
    package static let tile = 32
    /// Frames before and after whose pictures are looked at: more finds the background behind slow objects, and holds as
    /// many pictures in memory.
    package static let reach = 32
    /// Frames from the current one that are sampled while the camera moves.
    package static let movingOffsets = [-30, -22, -15, -9, -5, 5, 9, 15, 22, 30]
    /// Frames from one sample to the next while the camera stands still: fewer costs time.
    package static let stillStep = 3
    /// Samples known to be without objects that do not need the others: fewer trusts earlier masks more.
    package static let enough = 4
    /// Frames one estimate serves while the camera stands still: more saves time and follows changes of light later.
    package static let stillLife = 8
    /// Samples below which nothing is estimated.
    package static let fewest = 3
}

/// The picture without its moving objects: at each pixel the median of other frames of the window, each moved to where
/// the camera had it. With a camera that stands still these are spread over the whole window and serve several frames;
/// with one that moves they are the near ones, and serve one frame. Estimated only in the tiles that are asked for.
///
/// Frames that were looked at already and showed no object at a pixel are known to show its background; where there are
/// enough of them only they count. Elsewhere the median may be the object itself, if it stays in one place for long.
///
/// The spread of the samples tells where the estimate means little (parallax, water, leaves).
final class BackgroundModel {
    private typealias Constant = BackgroundConstants

    /// The estimate, `[height, width]`.
    let pixels: MutablePlane<BackgroundPixel>

    /// The frame for which each tile was estimated, `[rows, columns]` of tiles; -1 for none.
    private let estimatedAt: MutablePlane<Int>
    private var stillSince: Int?

    init(width: Int, height: Int) {
        pixels = MutablePlane(BoundingBox(left: 0, top: 0, width: width, height: height), repeating: .unknown)
        let columns = (width + Constant.tile - 1) / Constant.tile, rows = (height + Constant.tile - 1) / Constant.tile
        estimatedAt = MutablePlane(BoundingBox(left: 0, top: 0, width: columns, height: rows), repeating: -1)
    }

    /// Makes the estimate good for the frame at `position` of the window, inside `boxes`.
    func prepare(_ boxes: [BoundingBox], window: FrameWindow, position: Int) {
        let isStill = window.isStill
        if !isStill { stillSince = nil } else if stillSince == nil { stillSince = position }
        let freshFrom = isStill ? max(stillSince ?? position, position - Constant.stillLife + 1) : position
        let wanted = Set(boxes.flatMap(tiles)).filter {
            let done = estimatedAt[$0]
            return done < 0 || done < freshFrom || done > position
        }
        guard !wanted.isEmpty else { return }
        let positions = isStill
            ? window.positions.filter { ($0 - position) % Constant.stillStep == 0 }
            : Constant.movingOffsets.map { position + $0 }.filter(window.positions.contains)
        let samples = positions.map {
            BackgroundSample(
                frame: window[$0], motion: isStill ? nil : window.motion(from: position, to: $0),
                occupied: window.occupancy(at: $0))
        }
        let tiles = wanted.sorted()
        Parallel.fixedRanges(tiles.count, minimum: 1) { part in
            for index in part { estimate(tiles[index], samples) }
        }
        for tile in tiles { estimatedAt[tile] = position }
    }

    /// The tiles that a box touches.
    private func tiles(of box: BoundingBox) -> [Int] {
        (box.top / Constant.tile...(box.bottom - 1) / Constant.tile).flatMap { row in
            (box.left / Constant.tile...(box.right - 1) / Constant.tile).map { estimatedAt.place($0, row) }
        }
    }

    /// Estimates the pixels of a tile.
    private func estimate(_ tile: Int, _ samples: [BackgroundSample]) {
        let columns = estimatedAt.box.width
        let left = tile % columns * Constant.tile, top = tile / columns * Constant.tile
        let places = left..<min(pixels.box.width, left + Constant.tile)
        var colours = RowSamples(width: Constant.tile, capacity: samples.count)
        for y in top..<min(pixels.box.height, top + Constant.tile) {
            colours.removeAll()
            for sample in samples { sample.look(places, y, &colours) }
            colours.estimate(
                UnsafeMutableBufferPointer(start: pixels.row(y).pointer + places.lowerBound, count: places.count))
        }
    }
}

/// The estimated background of one pixel.
struct BackgroundPixel: BitwiseCopyable, Sendable {
    var colour: RGB
    /// Half the range of the middle half of the samples, worst channel, in 8-bit steps; 255 where there are too few.
    var spread: UInt8
    /// True where the background is known to be without the objects.
    var isKnown: Bool

    static let unknown = BackgroundPixel(colour: RGB(red: 0, green: 0, blue: 0), spread: 255, isKnown: false)
}
