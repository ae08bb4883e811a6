/// Outlines of a mask as closed lines along the edges of its pixels: clockwise around the object, the other way around holes.
package struct MaskContours: Sendable, Equatable {
    /// Corners of each line, x and y by turns, in pixels of the picture; the last corner joins the first.
    package let lines: [[Int]]

    /// - Parameter tolerance: pixels that corners that are left out may lie beside a line; 0 keeps all.
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

/// A walk along the edges between pixels inside and outside, with the inside to the right.
private struct EdgeWalk {
    private let mask: Mask
    private let box: BoundingBox
    /// For each pixel of the box, true if its upper edge is part of a line already.
    private var passed: [Bool]

    init(_ mask: Mask, _ box: BoundingBox) {
        (self.mask, self.box) = (mask, box)
        passed = [Bool](repeating: false, count: box.width * box.height)
    }

    private func isInside(_ x: Int, _ y: Int) -> Bool {
        box.contains(x: x, y: y) && mask.pixels[y * mask.width + x] != 0
    }

    /// True if a line that was not walked yet has the upper edge of this pixel; every line has some pixel's.
    func begins(_ x: Int, _ y: Int) -> Bool {
        isInside(x, y) && !isInside(x, y - 1) && !passed[(y - box.top) * box.width + x - box.left]
    }

    /// The line from a pixel's left upper corner along its upper edge, and back.
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

    /// The direction to go on in from a corner: pixels that touch at corners alone are not joined.
    private func turned(_ direction: Int, _ x: Int, _ y: Int) -> Int {
        // Pixels around the corner, clockwise from the right lower one: those ahead on the right come in this order.
        let around = [(x, y), (x - 1, y), (x - 1, y - 1), (x, y - 1)]
        let right = around[direction], left = around[(direction + 3) % 4]
        guard isInside(right.0, right.1) else { return (direction + 1) % 4 }
        return isInside(left.0, left.1) ? (direction + 3) % 4 : direction
    }
}

/// A closed line with fewer corners. Source: Douglas and Peucker, "Algorithms for the reduction of the number of points required
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
        // Three corners at least: a line has an inside.
        corners = kept.count >= 6 ? kept : line
    }
}
