import Foundation
import Imaging

/// Interpolation of shapes between keyframes as in CVAT: linear for boxes and ellipses, corner by corner for polygons, none for
/// masks.
///
/// Source: CVAT, `TrackManager.get_interpolated_shapes` in `cvat/apps/dataset_manager/annotation.py`.
struct CVATInterpolation {
    private enum Way {
        case straight(from: CVATShape, to: CVATShape)
        case polygon(PolygonInterpolation)
    }

    private let way: Way

    /// - Returns: nil for shapes that are not interpolated.
    /// - Throws: `InputError` for polygons with too many corners.
    init?(from first: CVATShape, to second: CVATShape) throws(InputError) {
        switch (first, second) {
        case (.box, .box), (.ellipse, .ellipse): way = .straight(from: first, to: second)
        case (.polygon(let one), .polygon(let other)):
            guard one.count >= 6, other.count >= 6 else { return nil }
            way = .polygon(try PolygonInterpolation(from: one, to: other))
        default: return nil
        }
    }

    /// - Parameter part: position between the keyframes, 0...1.
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

    /// Interpolates degrees along the shorter arc.
    private static func rotation(_ one: Double, _ other: Double, _ part: Double) -> Double {
        guard one != other else { return one }
        let way = (other - one).truncatingRemainder(dividingBy: 360)
        let short = way >= 180 ? way - 360 : way < -180 ? way + 360 : way
        return one + short * part
    }
}

/// Interpolated polygons: corners are matched by their relative position along the outlines, and corners that come close to each
/// other are removed.
struct PolygonInterpolation {
    private typealias Point = (x: Double, y: Double)

    /// Upper bound on the pairs of corners to compare.
    private static let maximumPairs = 1 << 24

    private let left: [Point]
    private let right: [Point]
    /// Matching corners of the right polygon for each corner of the left one, ascending.
    private let matches: [[Int]]

    /// - Parameters: corners with alternating x and y, at least one.
    /// - Throws: `InputError` for too many corners.
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

    /// Corners, with alternating x and y.
    /// - Parameter part: position between the keyframes, 0...1.
    func corners(at part: Double) -> [Double] {
        var points: [Point] = [], starts: [Int] = []
        for (corner, others) in zip(left, matches) {
            starts.append(points.count)
            for other in others.map({ right[$0] }) {
                points.append((corner.x + (other.x - corner.x) * part, corner.y + (other.y - corner.y) * part))
            }
        }
        // The closing corner repeats the first.
        return thinned(points, starts).dropLast().flatMap { [$0.x, $0.y] }
    }

    private func thinned(_ points: [Point], _ starts: [Int]) -> [Point] {
        var result: [Point] = [], opened: Int?
        /// Resolves corners of the left polygon with a single match each.
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

    /// Removes points closer to their predecessor than half the usual distance along the outline.
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

    /// Relative position of each corner along the outline, 0...1; 0 for an outline of length 0.
    private static func places(_ points: [Point]) -> [Double] {
        let all = length(points)
        var sum = 0.0, places = [0.0]
        for (one, other) in zip(points, points.dropFirst()) {
            sum += distance(one, other)
            places.append(all > 0 ? sum / all : 0)
        }
        return places
    }

    /// Index of the nearest value, the first if several are equally near.
    private static func nearest(_ place: Double, _ others: [Double]) -> Int {
        var best = 0
        for index in others.indices where abs(place - others[index]) < abs(place - others[best]) { best = index }
        return best
    }
}
