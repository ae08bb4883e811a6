/// Contours of a mask along pixel edges: closed lines, clockwise around the object, counterclockwise around holes.
package struct MaskContours: Sendable, Equatable {
    /// Corners of each line, with alternating x and y in pixels; the last corner joins the first.
    package let lines: [[Int]]

    /// - Parameter tolerance: maximum distance in pixels of removed corners from the simplified line; 0 keeps all corners.
    package init(_ mask: Mask, tolerance: Double = 1) {
        guard let box = mask.boundingBox else {
            lines = []
            return
        }
        var walk = EdgeWalk(mask, box)
        var found: [[Int]] = []
        for y in box.top..<box.bottom {
            for x in box.left..<box.right where walk.begins(x, y) {
                let line = walk.line(x, y)
                found.append(tolerance > 0 ? LineSimplification(line, tolerance).corners : line)
            }
        }
        lines = found
    }
}

/// Traces the edges between pixels inside and outside, with the inside on the right.
private struct EdgeWalk {
    private let mask: Mask
    private let box: BoundingBox
    /// For each pixel of the box, true if its upper edge is part of a traced line.
    private var passed: [Bool]

    init(_ mask: Mask, _ box: BoundingBox) {
        (self.mask, self.box) = (mask, box)
        passed = [Bool](repeating: false, count: box.width * box.height)
    }

    private func isInside(_ x: Int, _ y: Int) -> Bool {
        box.contains(x: x, y: y) && mask.pixels[y * mask.width + x] != 0
    }

    /// True if an untraced line includes the upper edge of this pixel; every line includes some pixel's.
    func begins(_ x: Int, _ y: Int) -> Bool {
        isInside(x, y) && !isInside(x, y - 1) && !passed[(y - box.top) * box.width + x - box.left]
    }

    /// Traces the line that starts at a pixel's top left corner along its upper edge.
    mutating func line(_ startX: Int, _ startY: Int) -> [Int] {
        // Directions: right, down, left, up.
        var x = startX, y = startY, direction = 0, corners: [Int] = []
        repeat {
            if direction == 0 { passed[(y - box.top) * box.width + x - box.left] = true }
            x += [1, 0, -1, 0][direction]
            y += [0, 1, 0, -1][direction]
            let next = turned(direction, x, y)
            if next != direction { corners += [x, y] }
            direction = next
        } while x != startX || y != startY || direction != 0
        return corners
    }

    /// The next direction at a corner; pixels that only touch at corners are not joined.
    private func turned(_ direction: Int, _ x: Int, _ y: Int) -> Int {
        // Pixels around the corner, clockwise from the bottom right, so that the one ahead on the right has the direction's
        // index.
        let around = [(x, y), (x - 1, y), (x - 1, y - 1), (x, y - 1)]
        let right = around[direction], left = around[(direction + 3) % 4]
        guard isInside(right.0, right.1) else { return (direction + 1) % 4 }
        return isInside(left.0, left.1) ? (direction + 3) % 4 : direction
    }
}

/// Simplification of a closed line. Source: Douglas and Peucker, "Algorithms for the reduction of the number of points required
/// to represent a digitized line", 1973.
private struct LineSimplification {
    let corners: [Int]

    init(_ line: [Int], _ tolerance: Double) {
        let count = line.count / 2
        guard count > 4 else {
            corners = line
            return
        }
        func point(_ index: Int) -> (x: Double, y: Double) { (Double(line[index % count * 2]), Double(line[index % count * 2 + 1])) }
        func squared(_ one: Int, _ other: Int) -> Double {
            let x = point(one).x - point(other).x, y = point(one).y - point(other).y
            return x * x + y * y
        }
        let opposite = (1..<count).max { squared(0, $0) < squared(0, $1) } ?? count / 2
        var keeps = [Bool](repeating: false, count: count)
        (keeps[0], keeps[opposite]) = (true, true)
        var open = [(0, opposite), (opposite, count)]
        while let (first, last) = open.popLast() {
            let start = point(first), end = point(last)
            let across = end.x - start.x, down = end.y - start.y, length = (across * across + down * down).squareRoot()
            var farthest = first, distance = tolerance
            for index in first + 1..<max(first + 1, last) {
                let x = point(index).x - start.x, y = point(index).y - start.y
                let away = length == 0 ? (x * x + y * y).squareRoot() : abs(x * down - y * across) / length
                if away > distance { (farthest, distance) = (index, away) }
            }
            guard farthest != first else { continue }
            keeps[farthest] = true
            open += [(first, farthest), (farthest, last)]
        }
        let kept = (0..<count).filter { keeps[$0] }.flatMap { [line[$0 * 2], line[$0 * 2 + 1]] }
        // At least three corners, so that the line has an inside.
        corners = kept.count >= 6 ? kept : line
    }
}
