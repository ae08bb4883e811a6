import Imaging
import Synchronization

/// Colour bins (`ColourBins`) of an image's pixels, computed lazily by tiles, because objects cover little of most images.
final class BinTiles: @unchecked Sendable {
    // Sendable because a tile is written once, under the lock, before `prepare` returns to its readers.

    private static let side = 32

    private let frame: WorkingFrame
    /// `[height, width]`.
    private let bins: MutablePlane<UInt16>
    private let columns: Int
    /// True for the computed tiles, in row-major order.
    private let done: Mutex<[Bool]>

    init(_ frame: WorkingFrame) {
        self.frame = frame
        bins = MutablePlane(frame.box)
        columns = (frame.width + Self.side - 1) / Self.side
        done = Mutex([Bool](repeating: false, count: columns * ((frame.height + Self.side - 1) / Self.side)))
    }

    /// The bin of a pixel inside a prepared box.
    @inline(__always)
    subscript(x: Int, y: Int) -> UInt16 { bins[x, y] }

    /// Computes the bins of a box's pixels where missing.
    func prepare(_ box: BoundingBox) {
        guard let box = box.intersection(frame.box) else { return }
        done.withLock { done in
            for row in box.top / Self.side...(box.bottom - 1) / Self.side {
                for column in box.left / Self.side...(box.right - 1) / Self.side where !done[row * columns + column] {
                    compute(column, row)
                    done[row * columns + column] = true
                }
            }
        }
    }

    private func compute(_ column: Int, _ row: Int) {
        let places = column * Self.side..<min(frame.width, (column + 1) * Self.side)
        for y in row * Self.side..<min(frame.height, (row + 1) * Self.side) {
            ColourBins.write(bins.row(y), places, of: frame)
        }
    }
}
