/// A binary region in COCO's form: alternating lengths of runs outside and inside, column by column from the top left, starting
/// outside (with 0 if the first pixel is inside). Takes a few bytes per column instead of one per pixel.
///
/// Source: pycocotools, `common/maskApi.h`.
public struct RunLengthEncoding: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// Lengths of the runs, which sum to `width * height`.
    public let runs: [UInt32]

    /// Upper bound on a mask's pixels: 2^27, so that a small file cannot demand unlimited memory.
    package static let maximumPixels = 1 << 27

    /// - Throws: `InputError` if the size is impossible or the runs do not sum to it.
    public init(width: Int, height: Int, runs: [UInt32]) throws(InputError) {
        let pixels = try Self.pixels(width: width, height: height)
        // Cannot overflow: an array holds less than 2^31 runs of less than 2^32.
        let sum = runs.reduce(0) { $0 + Int($1) }
        guard sum == pixels else {
            throw InputError(found: "an RLE whose runs add up to \(sum)", expected: "\(pixels) as its size says")
        }
        self.width = width
        self.height = height
        self.runs = runs
    }

    /// Creates a region from runs that are known to be valid.
    init(width: Int, height: Int, countedRuns: [UInt32]) {
        self.width = width
        self.height = height
        runs = countedRuns
    }

    /// Number of pixels in a mask of this size.
    /// - Throws: `InputError` for a size without pixels, or with more than `maximumPixels`.
    package static func pixels(width: Int, height: Int) throws(InputError) -> Int {
        let (pixels, overflows) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, !overflows, pixels <= maximumPixels else {
            throw InputError(found: "an RLE of \(width)x\(height)", expected: "1 to \(maximumPixels) pixels")
        }
        return pixels
    }

    /// Number of pixels inside.
    public var area: Int {
        stride(from: 1, to: runs.count, by: 2).reduce(0) { $0 + Int(runs[$1]) }
    }

    /// The bounding box of the pixels inside; nil for an empty mask.
    public var boundingBox: BoundingBox? {
        var left = width, right = -1, top = height, bottom = -1
        forEachSegment { column, rows in
            left = min(left, column)
            right = max(right, column)
            top = min(top, rows.lowerBound)
            bottom = max(bottom, rows.upperBound - 1)
        }
        guard right >= 0 else { return nil }
        return BoundingBox(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
    }

    /// Calls `body` for the pixels inside, as ranges of rows within a column, in the order of the runs.
    func forEachSegment(_ body: (_ column: Int, _ rows: Range<Int>) -> Void) {
        var position = 0
        for (index, run) in runs.enumerated() {
            let end = position + Int(run)
            if index % 2 == 1 {
                while position < end {
                    let column = position / height, top = position % height
                    let bottom = min(height, top + end - position)
                    body(column, top..<bottom)
                    position += bottom - top
                }
            }
            position = end
        }
    }
}
