import Foundation
import Imaging

/// Shapes between two keyframes, as CVAT draws them: boxes and ellipses in a straight line, polygons corner by corner, masks
/// not at all.
///
/// Source: CVAT, `TrackManager.get_interpolated_shapes` in `cvat/apps/dataset_manager/annotation.py`.
struct CVATInterpolation {
    private enum Way {
        case straight(from: CVATShape, to: CVATShape)
        case polygon(PolygonInterpolation)
    }

    private let way: Way

    /// - Returns: nil for shapes that nothing is drawn between.
    /// - Throws: `InputError` for polygons of more corners than any drawing.
    init?(from first: CVATShape, to second: CVATShape) throws(InputError) {
        switch (first, second) {
        case (.box, .box), (.ellipse, .ellipse): way = .straight(from: first, to: second)
        case (.polygon(let one), .polygon(let other)):
            guard one.count >= 6, other.count >= 6 else { return nil }
            way = .polygon(try PolygonInterpolation(from: one, to: other))
        default: return nil
        }
    }

    /// - Parameter part: of the way, 0...1.
    func shape(at part: Double) -> CVATShape {
        switch way {
        case .polygon(let polygon): return .polygon(polygon.corners(at: part))
        case .straight(.box(let one, let turn), .box(let other, let otherTurn)):
            return .box(Self.between(one, other, part), rotation: Self.rotation(turn, otherTurn, part))
        case .straight(.ellipse(let one, let turn), .ellipse(let other, let otherTurn)):
            return .ellipse(Self.between(one, other, part), rotation: Self.rotation(turn, otherTurn, part))
        case .straight(let first, _): return first
        }
    }

    private static func between(_ one: [Double], _ other: [Double], _ part: Double) -> [Double] {
        zip(one, other).map { $0 + ($1 - $0) * part }
    }

    /// The shorter way round.
    private static func rotation(_ one: Double, _ other: Double, _ part: Double) -> Double {
        guard one != other else { return one }
        let way = (other - one).truncatingRemainder(dividingBy: 360)
        let short = way >= 180 ? way - 360 : way < -180 ? way + 360 : way
        return one + short * part
    }
}

/// Polygons between two others: corners are matched by how far along their outlines they are, and corners that come to lie
/// close to each other are thinned out.
struct PolygonInterpolation {
    private typealias Point = (x: Double, y: Double)

    /// Pairs of corners that are looked at.
    private static let maximumPairs = 1 << 24

    private let left: [Point]
    private let right: [Point]
    /// Corners on the right for each one on the left, ascending.
    private let matches: [[Int]]

    /// - Parameters: corners, x and y by turns, at least one.
    /// - Throws: `InputError` for more corners than any drawing.
    init(from first: [Double], to second: [Double]) throws(InputError) {
        let left = Self.closed(first), right = Self.closed(second)
        guard left.count * right.count <= Self.maximumPairs else {
            throw InputError(found: "polygons of \(left.count) and \(right.count) corners", expected: "fewer, to draw those between them")
        }
        let places = Self.places(left), otherPlaces = Self.places(right)
        var matches = places.map { [Self.nearest($0, otherPlaces)] }
        let matched = Set(matches.joined())
        for index in otherPlaces.indices where !matched.contains(index) {
            matches[Self.nearest(otherPlaces[index], places)].append(index)
        }
        (self.left, self.right, self.matches) = (left, right, matches.map { $0.sorted() })
    }

    /// Corners, x and y by turns.
    /// - Parameter part: of the way, 0...1.
    func corners(at part: Double) -> [Double] {
        var points: [Point] = [], starts: [Int] = []
        for (corner, others) in zip(left, matches) {
            starts.append(points.count)
            for other in others.map({ right[$0] }) {
                points.append((corner.x + (other.x - corner.x) * part, corner.y + (other.y - corner.y) * part))
            }
        }
        // The corner that closes the outline is the first again.
        return thinned(points, starts).dropLast().flatMap { [$0.x, $0.y] }
    }

    private func thinned(_ points: [Point], _ starts: [Int]) -> [Point] {
        var result: [Point] = [], opened: Int?
        /// Takes corners on the left that have one match each.
        func close(_ stop: Int) {
            guard let start = opened else { return }
            let first = starts[start], last = starts[stop]
            result += first == last ? [points[first]]
                : Self.thinned(points[first...last], length: Self.length(left[start...stop]), count: stop - start + 1)
        }
        for index in left.indices {
            if matches[index].count == 1 {
                if let start = opened {
                    if matches[index][0] == matches[start][0] { continue }
                    close(index - 1)
                }
                opened = index
            } else {
                if opened != nil { close(index - 1) }
                opened = nil
                let first = matches[index][0], last = matches[index][matches[index].count - 1]
                result += Self.thinned(
                    points[starts[index]..<starts[index] + matches[index].count], length: Self.length(right[first...last]),
                    count: last - first + 1)
            }
        }
        if opened != nil { close(left.count - 1) }
        return result
    }

    /// Without points that are nearer to the one before than half of what is usual along the outline.
    private static func thinned(_ points: ArraySlice<Point>, length: Double, count: Int) -> [Point] {
        guard let first = points.first, let last = points.last else { return [] }
        let threshold = length / Double(2 * count)
        var kept = [first]
        for point in points.dropFirst().dropLast() where distance(kept[kept.count - 1], point) >= threshold { kept.append(point) }
        kept.append(last)
        guard kept.count == 2, distance(first, last) < threshold else { return kept }
        return [((first.x + last.x) / 2, (first.y + last.y) / 2)]
    }

    private static func closed(_ corners: [Double]) -> [Point] {
        let points = stride(from: 0, to: corners.count - 1, by: 2).map { (corners[$0], corners[$0 + 1]) }
        return points + points.prefix(1)
    }

    private static func distance(_ one: Point, _ other: Point) -> Double {
        let x = one.x - other.x, y = one.y - other.y
        return (x * x + y * y).squareRoot()
    }

    private static func length(_ points: some Sequence<Point>) -> Double {
        let points = Array(points)
        return zip(points, points.dropFirst()).reduce(0) { $0 + distance($1.0, $1.1) }
    }

    /// Position of each corner along the outline, 0...1; 0 for an outline without length.
    private static func places(_ points: [Point]) -> [Double] {
        let all = length(points)
        var sum = 0.0, places = [0.0]
        for (one, other) in zip(points, points.dropFirst()) {
            sum += distance(one, other)
            places.append(all > 0 ? sum / all : 0)
        }
        return places
    }

    /// The first of the nearest.
    private static func nearest(_ place: Double, _ others: [Double]) -> Int {
        var best = 0
        for index in others.indices where abs(place - others[index]) < abs(place - others[best]) { best = index }
        return best
    }
}
