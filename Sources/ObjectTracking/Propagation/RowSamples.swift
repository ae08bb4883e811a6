import Imaging

/// Colours of a row of pixels in several frames. Quartiles are computed for all pixels at once: a sorting network sorts each
/// pixel's samples, and every comparison runs over the whole row.
struct RowSamples: ~Copyable {
    private typealias Constant = BackgroundConstants

    /// Marks a missing sample, which sorts to the end.
    private static let none = UInt8.max

    private let width: Int
    private let capacity: Int
    /// Red, green and blue, `[3 * capacity, width]`: a row per frame.
    private let values: MutablePlane<UInt8>
    /// 1 where a frame shows a pixel, `[capacity, width]`.
    private let isSeen: MutablePlane<UInt8>
    /// Frames known to show the background.
    private var isKnown: [Bool] = []
    /// Network for the latest number of frames.
    private var network = SortingNetwork(0)
    /// Number of samples of each pixel, and of those from frames known to show the background.
    private let all: MutablePlane<UInt8>
    private let known: MutablePlane<UInt8>

    /// - Parameter capacity: number of frames, at most 255.
    init(width: Int, capacity: Int) {
        let line = BoundingBox(left: 0, top: 0, width: width, height: 1)
        self.width = width
        self.capacity = max(1, capacity)
        values = MutablePlane(BoundingBox(left: 0, top: 0, width: width, height: 3 * self.capacity))
        isSeen = MutablePlane(BoundingBox(left: 0, top: 0, width: width, height: self.capacity))
        all = MutablePlane(line)
        known = MutablePlane(line)
    }

    mutating func removeAll() { isKnown.removeAll(keepingCapacity: true) }

    /// Starts the next frame, without any pixels.
    /// - Parameter isKnown: true if it is known to show the background.
    mutating func begin(isKnown: Bool) {
        let row = isSeen.row(self.isKnown.count).pointer
        row.update(repeating: 0, count: width)
        self.isKnown.append(isKnown)
    }

    /// Adds a pixel of the frame.
    @inline(__always)
    mutating func add(_ colour: RGB, at column: Int) {
        let frame = isKnown.count - 1
        isSeen[column, frame] = 1
        values[column, frame] = colour.red
        values[column, capacity + frame] = colour.green
        values[column, 2 * capacity + frame] = colour.blue
    }

    /// Sets pixels to the median of their samples, of the known ones if there are enough. With too few samples, a pixel keeps
    /// its colour.
    /// - Parameter pixels: pixels of the columns from the first on; the samples are consumed.
    mutating func estimate(_ pixels: UnsafeMutableBufferPointer<BackgroundPixel>) {
        count()
        for frame in isKnown.indices { leaveOut(frame) }
        if network.count != isKnown.count { network = SortingNetwork(isKnown.count) }
        for channel in 0..<3 { sort(channel * capacity) }
        for column in pixels.indices {
            let isKnown = known[column] >= Constant.enough
            let count = Int(isKnown ? known[column] : all[column])
            pixels[column].isKnown = isKnown
            pixels[column].spread = 255
            guard count >= Constant.fewest else { continue }
            func value(_ channel: Int, _ place: Int) -> UInt8 { values[column, channel * capacity + place] }
            func spread(_ channel: Int) -> UInt8 { (value(channel, count * 3 / 4) - value(channel, count / 4)) / 2 }
            pixels[column].colour = RGB(red: value(0, count / 2), green: value(1, count / 2), blue: value(2, count / 2))
            pixels[column].spread = max(spread(0), spread(1), spread(2))
        }
    }

    private func count() {
        let all = all.row(0).pointer, known = known.row(0).pointer
        all.update(repeating: 0, count: width)
        known.update(repeating: 0, count: width)
        for frame in isKnown.indices {
            let seen = isSeen.row(frame).pointer
            for column in 0..<width { all[column] &+= seen[column] }
            guard isKnown[frame] else { continue }
            for column in 0..<width { known[column] &+= seen[column] }
        }
    }

    /// Removes the samples of an unused frame.
    private func leaveOut(_ frame: Int) {
        let seen = isSeen.row(frame).pointer
        if !isKnown[frame] {
            let known = known.row(0).pointer, enough = UInt8(Constant.enough)
            for column in 0..<width { seen[column] = known[column] >= enough ? 0 : seen[column] }
        }
        for channel in 0..<3 {
            let row = values.row(channel * capacity + frame).pointer
            for column in 0..<width { row[column] = seen[column] == 0 ? Self.none : row[column] }
        }
    }

    /// Sorts the values of each pixel in a channel.
    /// - Parameter first: row of the channel's first frame.
    private func sort(_ first: Int) {
        for (lower, upper) in network.pairs { order(values.row(first + lower).pointer, values.row(first + upper).pointer) }
    }

    /// Orders each pair of values.
    @inline(__always)
    private func order(_ first: UnsafeMutablePointer<UInt8>, _ second: UnsafeMutablePointer<UInt8>) {
        for column in 0..<width {
            let one = first[column], other = second[column]
            first[column] = min(one, other)
            second[column] = max(one, other)
        }
    }
}
