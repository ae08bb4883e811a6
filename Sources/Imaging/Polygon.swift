/// Rasterisation of polygons that is equal to pycocotools', so that areas and boxes match COCO's evaluation.
///
/// Source: `rleFrPoly` in pycocotools, `common/maskApi.c`.
package enum Polygon {
    /// Outlines are traced in steps of a fifth of a pixel.
    private static let scale = 5.0
    /// Upper bound: a thousand times the perimeter of a 4K image.
    private static let maximumSteps = 1 << 26

    /// The region inside a polygon.
    /// - Parameter corners: alternating x and y in pixels, where (0, 0) is the top left corner of the top left pixel.
    /// - Throws: `InputError` for fewer than three corners, an odd number of values, a coordinate further from the image than the
    ///   image is large, an outline that is too long, or an impossible size.
    package static func rasterized(_ corners: [Double], width: Int, height: Int) throws(InputError) -> RunLengthEncoding {
        let pixels = try RunLengthEncoding.pixels(width: width, height: height)
        guard corners.count >= 6, corners.count % 2 == 0 else {
            throw InputError(found: "a polygon of \(corners.count) numbers", expected: "pairs, at least three")
        }
        let reach = Double(max(width, height) + 1)
        guard corners.allSatisfy({ $0 >= -reach && $0 <= 2 * reach }) else {
            throw InputError(found: "a polygon far outside the picture", expected: "pixels of it")
        }
        let points = stride(from: 0, to: corners.count, by: 2).map {
            Point(x: Int(scale * corners[$0] + 0.5), y: Int(scale * corners[$0 + 1] + 0.5))
        }
        var outline = Outline(width: width, height: height)
        for (start, end) in zip(points, points.dropFirst() + points.prefix(1)) {
            guard outline.steps + Outline.length(from: start, to: end) <= maximumSteps else {
                throw InputError(found: "a polygon whose outline is longer than any drawing", expected: "an object")
            }
            outline.follow(from: start, to: end)
        }
        return RunLengthEncoding(width: width, height: height, countedRuns: runs(of: outline.crossings, pixels: pixels))
    }

    /// The region of a box with fractional edges, as a polygon of four corners.
    package static func rasterized(
        box: (left: Double, top: Double, width: Double, height: Double), width: Int, height: Int
    ) throws(InputError) -> RunLengthEncoding {
        let right = box.left + box.width, bottom = box.top + box.height
        return try rasterized(
            [box.left, box.top, box.left, bottom, right, bottom, right, box.top], width: width, height: height)
    }

    fileprivate struct Point { let x, y: Int }

    /// Run lengths from the crossings where columns are entered and left, as positions in column order.
    private static func runs(of crossings: [Int], pixels: Int) -> [UInt32] {
        var lengths: [Int] = []
        lengths.reserveCapacity(crossings.count + 1)
        var previous = 0
        for crossing in crossings.sorted() + [pixels] {
            lengths.append(crossing - previous)
            previous = crossing
        }
        // An empty run is merged with its neighbours, except at the start.
        var runs = [UInt32(lengths[0])]
        var index = 1
        while index < lengths.count {
            if lengths[index] > 0 {
                runs.append(UInt32(lengths[index]))
            } else {
                index += 1
                if index < lengths.count { runs[runs.count - 1] += UInt32(lengths[index]) }
            }
            index += 1
        }
        return runs
    }

    /// Traces edges on the fine grid and records where they cross from one pixel column to the next.
    private struct Outline {
        let width: Int
        let height: Int
        private(set) var crossings: [Int] = []
        private(set) var steps = 0
        private var last: Point?

        init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }

        static func length(from start: Point, to end: Point) -> Int { max(abs(end.x - start.x), abs(end.y - start.y)) }

        mutating func follow(from start: Point, to end: Point) {
            let across = abs(end.x - start.x), down = abs(end.y - start.y)
            let flips = across >= down ? start.x > end.x : start.y > end.y
            let (low, high) = flips ? (end, start) : (start, end)
            let isFlat = across >= down, length = Self.length(from: start, to: end)
            let slope = length == 0 ? 0 : Double(isFlat ? high.y - low.y : high.x - low.x) / Double(length)
            for step in 0...length {
                let along = flips ? length - step : step
                visit(
                    isFlat
                        ? Point(x: low.x + along, y: Int(Double(low.y) + slope * Double(along) + 0.5))
                        : Point(x: Int(Double(low.x) + slope * Double(along) + 0.5), y: low.y + along))
            }
            steps += length + 1
        }

        private mutating func visit(_ point: Point) {
            defer { last = point }
            guard let last, point.x != last.x else { return }
            let x = (Double(point.x < last.x ? point.x : point.x - 1) + 0.5) / scale - 0.5
            guard x.rounded(.down) == x, x >= 0, x <= Double(width - 1) else { return }
            let y = min(max((Double(min(point.y, last.y)) + 0.5) / scale - 0.5, 0), Double(height)).rounded(.up)
            crossings.append(Int(x) * height + Int(y))
        }
    }
}
