import Imaging
import Parallelism

/// What the picture would show without its moving objects: at each pixel the median of other frames of the window, each
/// moved to where the camera had it. With a camera that stands still these are spread over the whole window and serve
/// several frames; with one that moves they are the near ones, and serve one frame. Estimated only in tiles somebody
/// asks for.
///
/// Frames that were looked at already and showed no object at a pixel are known to show its background; where there are
/// enough of them only they count. Elsewhere the median may be the object itself, if it stays in one place for long.
///
/// The spread of the samples tells where the estimate means little (parallax, water, leaves).
final class BackgroundModel {
    static let tile = 32
    /// Frames before and after whose pictures are looked at.
    static let reach = 32
    private static let movingOffsets = [-30, -22, -15, -9, -5, 5, 9, 15, 22, 30]
    private static let stillStep = 3
    /// Samples known to be without objects that do not need the others.
    private static let enough = 4
    /// Frames one estimate serves while the camera stands still.
    private static let stillLife = 8

    /// R, G, B of the background, `[height, width, 3]`.
    private(set) var rgb: [UInt8]
    /// Half the range of the middle half of the samples, worst channel; 255 where there are too few.
    private(set) var spread: [UInt8]

    /// 1 where the background is known to be without the objects.
    private(set) var isKnown: [UInt8]

    private let width: Int
    private let height: Int
    private let columns: Int
    /// The position for which each tile was estimated.
    private var estimatedAt: [Int?]
    private var stillSince: Int?

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        columns = (width + Self.tile - 1) / Self.tile
        rgb = [UInt8](repeating: 0, count: width * height * 3)
        spread = [UInt8](repeating: 255, count: width * height)
        isKnown = [UInt8](repeating: 0, count: width * height)
        estimatedAt = [Int?](repeating: nil, count: columns * ((height + Self.tile - 1) / Self.tile))
    }

    /// Makes the estimate good for the frame at `position` of the window, inside `boxes`.
    func prepare(_ boxes: [BoundingBox], window: FrameWindow, position: Int) {
        let isStill = window.isStill
        if !isStill { stillSince = nil } else if stillSince == nil { stillSince = position }
        let freshFrom = isStill ? max(stillSince ?? position, position - Self.stillLife + 1) : position
        var wanted = Set<Int>()
        for box in boxes {
            for row in box.top / Self.tile...(box.bottom - 1) / Self.tile {
                for column in box.left / Self.tile...(box.right - 1) / Self.tile {
                    let tile = row * columns + column
                    if let done = estimatedAt[tile], done >= freshFrom, done <= position { continue }
                    wanted.insert(tile)
                }
            }
        }
        guard !wanted.isEmpty else { return }
        let positions = isStill
            ? window.positions.filter { ($0 - position) % Self.stillStep == 0 }
            : Self.movingOffsets.map { position + $0 }.filter(window.positions.contains)
        let samples = positions.map {
            BackgroundSample(
                frame: window[$0], motion: window.motion(from: position, to: $0), occupied: window.occupancy(at: $0))
        }
        let tiles = wanted.sorted()
        rgb.withUnsafeMutableBufferPointer { rgb in
            spread.withUnsafeMutableBufferPointer { spread in
                isKnown.withUnsafeMutableBufferPointer { isKnown in
                    nonisolated(unsafe) let rgb = rgb, spread = spread, isKnown = isKnown
                    Parallel.fixedRanges(tiles.count, minimum: 1) { part in
                        for index in part { estimate(tiles[index], samples, isStill, rgb, spread, isKnown) }
                    }
                }
            }
        }
        for tile in tiles { estimatedAt[tile] = position }
    }

    private func estimate(
        _ tile: Int, _ samples: [BackgroundSample], _ isStill: Bool, _ rgb: UnsafeMutableBufferPointer<UInt8>,
        _ spread: UnsafeMutableBufferPointer<UInt8>, _ isKnown: UnsafeMutableBufferPointer<UInt8>
    ) {
        let left = tile % columns * Self.tile, top = tile / columns * Self.tile
        let capacity = max(1, samples.count)
        // Per channel: known samples from the front, the others from the back.
        var colours = [UInt8](repeating: 0, count: 3 * capacity)
        colours.withUnsafeMutableBufferPointer { colours in
            for y in top..<min(height, top + Self.tile) {
                for x in left..<min(width, left + Self.tile) {
                    var known = 0, others = capacity
                    for sample in samples {
                        guard let colour = isStill ? sample.colour(x, y) : sample.movedColour(x, y),
                            let index = sample.place(x, y, isStill: isStill, known: &known, others: &others)
                        else { continue }
                        colours[index] = colour.0
                        colours[capacity + index] = colour.1
                        colours[2 * capacity + index] = colour.2
                    }
                    let place = y * width + x
                    let hasEnough = known >= Self.enough
                    for channel in 0..<3 where !hasEnough {
                        for index in others..<capacity { colours[channel * capacity + known + index - others] = colours[channel * capacity + index] }
                    }
                    let count = hasEnough ? known : known + capacity - others
                    isKnown[place] = hasEnough ? 1 : 0
                    guard count >= 3 else {
                        spread[place] = 255
                        continue
                    }
                    var widest: UInt8 = 0
                    for channel in 0..<3 {
                        let start = channel * capacity
                        sort(colours, start, count)
                        rgb[place * 3 + channel] = colours[start + count / 2]
                        widest = max(widest, (colours[start + count * 3 / 4] - colours[start + count / 4]) / 2)
                    }
                    spread[place] = widest
                }
            }
        }
    }

    /// Insertion sort: the runs are short.
    @inline(__always)
    private func sort(_ values: UnsafeMutableBufferPointer<UInt8>, _ start: Int, _ count: Int) {
        for index in start + 1..<start + count {
            let value = values[index]
            var place = index
            while place > start, values[place - 1] > value {
                values[place] = values[place - 1]
                place -= 1
            }
            values[place] = value
        }
    }
}

/// A frame of the window, and where the current frame's pixels lie in it.
private struct BackgroundSample {
    let frame: WorkingFrame
    private let matrix: [Float]
    /// Nil for a frame that was not looked at.
    private let occupied: [UInt8]?

    init(frame: WorkingFrame, motion: CameraMotion, occupied: [UInt8]?) {
        self.frame = frame
        self.occupied = occupied
        matrix = motion.matrix.map(Float.init)
    }

    @inline(__always)
    func colour(_ x: Int, _ y: Int) -> (UInt8, UInt8, UInt8)? {
        frame.rgb.withUnsafeBufferPointer { rgb in
            let place = (y * frame.width + x) * 3
            return (rgb[place], rgb[place + 1], rgb[place + 2])
        }
    }

    /// Which of the sample's two lists takes its colour: the next place of it, or nil when an object is in the way.
    @inline(__always)
    func place(_ x: Int, _ y: Int, isStill: Bool, known: inout Int, others: inout Int) -> Int? {
        guard let occupied else {
            others -= 1
            return others
        }
        var place = y * frame.width + x
        if !isStill, let moved = moved(x, y) { place = Int(moved.y + 0.5) * frame.width + Int(moved.x + 0.5) }
        guard occupied[place] == 0 else { return nil }
        known += 1
        return known - 1
    }

    /// Where a pixel lies in this frame; nil where the camera did not look.
    @inline(__always)
    private func moved(_ x: Int, _ y: Int) -> SIMD2<Float>? {
        matrix.withUnsafeBufferPointer { matrix in
            let w = matrix[6] * Float(x) + matrix[7] * Float(y) + matrix[8]
            let atX = (matrix[0] * Float(x) + matrix[1] * Float(y) + matrix[2]) / w
            let atY = (matrix[3] * Float(x) + matrix[4] * Float(y) + matrix[5]) / w
            guard atX >= 0, atY >= 0, atX < Float(frame.width - 1), atY < Float(frame.height - 1) else { return nil }
            return SIMD2(atX, atY)
        }
    }

    /// Nil where the camera did not look. The four pixels around are mixed with weights in 1/16.
    @inline(__always)
    func movedColour(_ x: Int, _ y: Int) -> (UInt8, UInt8, UInt8)? {
        guard let at = moved(x, y) else { return nil }
        let left = Int(at.x), top = Int(at.y)
        let fractionX = Int((at.x - Float(left)) * 16), fractionY = Int((at.y - Float(top)) * 16)
        return frame.rgb.withUnsafeBufferPointer { rgb in
            let place = (top * frame.width + left) * 3, below = place + frame.width * 3
            @inline(__always) func mix(_ channel: Int) -> UInt8 {
                let first = Int(rgb[place + channel]) * (16 - fractionX) + Int(rgb[place + 3 + channel]) * fractionX
                let second = Int(rgb[below + channel]) * (16 - fractionX) + Int(rgb[below + 3 + channel]) * fractionX
                return UInt8((first * (16 - fractionY) + second * fractionY + 128) >> 8)
            }
            return (mix(0), mix(1), mix(2))
        }
    }
}
