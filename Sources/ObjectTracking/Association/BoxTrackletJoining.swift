import Foundation
import Imaging

/// Thresholds of `BoxTrackletJoining`. Lengths are in box sizes, times in seconds.
package enum BoxJoiningConstants {
    /// Upper bound on the gap between two tracklets of one object, with colours to compare, and without.
    static let longestGap = 4.0
    static let longestBlindGap = 2.0
    /// Time after which an object that was at the image's edge has left; one that appears there later is another.
    static let outside = 1.0
    /// Standard deviation of the predicted position for no gap, and its growth per second.
    static let distance = 0.4
    static let distancePerSecond = 0.5
    /// Time for which an object keeps its velocity: longer follows objects that pass behind something, shorter those that stop
    /// there.
    static let persistence = 2.0
    /// Duration of a tracklet at which its velocity has weight one half.
    static let speedDoubt = 0.25
    /// Standard deviation of the logarithm of the height ratio.
    static let growth = 0.22
    /// Neutral colour similarity, and the step in similarity that is worth 1 in log-likelihood.
    static let usualLikeness = 0.88
    static let likenessStep = 0.04
    /// Seconds at an end whose colours are compared.
    static let colourSeconds = 3.0
    /// Upper bound on the gain of similar colours, as a log-likelihood.
    static let likenessGain = 1.0
    /// Gain of two parts that were one tracklet before a meeting.
    static let continuation = 0.3
    /// Negative log-likelihood up to which two tracklets are one object: higher merges two people, lower splits one.
    static let limit = 1.6
    /// Loss per second of gap, which prefers the earlier of two equally good candidates.
    static let lossPerSecond = 0.05
}

/// Joins tracklets of one object after the whole clip has been read: the optimal assignment of successors by position, velocity,
/// size and colours from both sides of each gap.
struct BoxTrackletJoining {
    private typealias Constant = BoxJoiningConstants

    /// Tracklets of one object each, in time order; objects in the order of their first frames.
    private(set) var chains: [[BoxTracklet]] = []
    private let camera: CameraPath
    private let picture: PictureSize?

    /// - Parameter continuations: for a tracklet's id, the id of the one from which it was split.
    init(_ tracklets: [BoxTracklet], continuations: [Int: Int] = [:], camera: CameraPath = CameraPath(), picture: PictureSize? = nil) {
        (self.camera, self.picture) = (camera, picture)
        let ordered = tracklets.sorted { ($0.first.frame, $0.id) < ($1.first.frame, $1.id) }, count = ordered.count
        let ends = ordered.map { (first: End($0, atEnd: false), last: End($0, atEnd: true)) }
        var next: [Int: Int] = [:]
        var losses: [SIMD2<Int>: Double] = [:]
        for row in 0..<count {
            for column in ordered.indices.dropFirst(row + 1) where ordered[row].last.frame < ordered[column].first.frame {
                guard ordered[column].first.time - ordered[row].last.time <= Constant.longestGap else { break }
                let likeness = ends[row].last.colours.flatMap { own in ends[column].first.colours.map(own.similarity) }
                var loss = loss(ends[row].last, ends[column].first, likeness: likeness)
                if continuations[ordered[column].id] == ordered[row].id {
                    // A split tracklet is rejoined unless there is a better match.
                    loss = min(loss, Constant.limit - 0.1) - Constant.continuation
                }
                if loss < Constant.limit { losses[SIMD2(row, column)] = loss }
            }
        }
        for part in Self.components(losses.keys.sorted { ($0.x, $0.y) < ($1.x, $1.y) }, count: count) {
            let costs = part.rows.flatMap { row in part.columns.map { losses[SIMD2(row, $0)] ?? .infinity } }
            for pair in Assignment.pairs(costs: costs, columns: part.columns.count, limit: Constant.limit) {
                next[part.rows[pair.row]] = part.columns[pair.column]
            }
        }
        let later = Set(next.values)
        chains = (0..<count).filter { !later.contains($0) }.map { start in
            var chain = [ordered[start]], last = start
            while let number = next[last] {
                chain.append(ordered[number])
                last = number
            }
            return chain
        }
    }

    /// Connected components of rows and columns. Each is solved separately, so that the problems of a long clip stay small.
    private static func components(_ pairs: [SIMD2<Int>], count: Int) -> [(rows: [Int], columns: [Int])] {
        var parents = Array(0..<2 * count)
        func root(_ node: Int) -> Int {
            var node = node
            while parents[node] != node {
                parents[node] = parents[parents[node]]
                node = parents[node]
            }
            return node
        }
        for pair in pairs { parents[root(pair.x)] = root(count + pair.y) }
        var groups: [Int: (rows: Set<Int>, columns: Set<Int>)] = [:]
        for pair in pairs {
            groups[root(pair.x), default: ([], [])].rows.insert(pair.x)
            groups[root(pair.x), default: ([], [])].columns.insert(pair.y)
        }
        return groups.values.map { (rows: $0.rows.sorted(), columns: $0.columns.sorted()) }.sorted { $0.rows[0] < $1.rows[0] }
    }

    /// State at a tracklet's start or end.
    private struct End {
        let frame: Int
        let time: Double
        let box: Rectangle
        /// In pixels per second.
        let velocity: SIMD2<Double>
        let colours: BoxColours?

        init(_ tracklet: BoxTracklet, atEnd: Bool) {
            let hits = tracklet.hits(atEnd: atEnd), hit = atEnd ? tracklet.last : tracklet.first
            (frame, time) = (hit.frame, hit.time)
            colours = tracklet.colours(atEnd: atEnd, seconds: Constant.colourSeconds)
            let few = atEnd ? hits.suffix(5) : hits.prefix(5)
            box = Rectangle(centre: hit.box.centre, width: few.map(\.box.width).median, height: few.map(\.box.height).median)
            let middle = hits.reduce(0) { $0 + $1.time } / Double(hits.count)
            let centre = hits.reduce(SIMD2<Double>.zero) { $0 + $1.box.centre } / Double(hits.count)
            var product = SIMD2<Double>.zero, square = 0.0
            for hit in hits {
                product += (hit.time - middle) * (hit.box.centre - centre)
                square += (hit.time - middle) * (hit.time - middle)
            }
            let length = (hits.last?.time ?? 0) - (hits.first?.time ?? 0)
            let trust = length * length / (length * length + Constant.speedDoubt * Constant.speedDoubt)
            velocity = square > 0 ? trust * product / square : .zero
        }
    }

    /// Negative log-likelihood that one tracklet continues as another, up to a constant; infinite if impossible.
    private func loss(_ one: End, _ next: End, likeness: Double?) -> Double {
        let gap = next.time - one.time
        guard gap <= (likeness == nil ? Constant.longestBlindGap : Constant.longestGap) else { return .infinity }
        if gap > Constant.outside, let picture, one.box.touchesSame(edge: next.box, of: picture) { return .infinity }
        let size = (one.box.size * next.box.size).squareRoot()
        let reach = Constant.persistence * (1 - exp(-gap / Constant.persistence))
        let forward = camera.moved(one.box, from: one.frame, to: next.frame).centre + reach * one.velocity - next.box.centre
        let backward = camera.moved(next.box, from: next.frame, to: one.frame).centre - reach * next.velocity - one.box.centre
        let away = ((forward * forward).sum().squareRoot() + (backward * backward).sum().squareRoot()) / 2 / size
        let usual = Constant.distance + Constant.distancePerSecond * gap
        let growth = log(next.box.height / one.box.height) / Constant.growth
        let gain = likeness.map { min(Constant.likenessGain, ($0 - Constant.usualLikeness) / Constant.likenessStep) } ?? 0
        return away * away / (2 * usual * usual) + growth * growth / 2 - gain + Constant.lossPerSecond * gap
    }
}

extension Rectangle {
    /// True if both boxes touch the same edge of the image.
    func touchesSame(edge other: Rectangle, of picture: PictureSize) -> Bool {
        let margin = SIMD2(min(width, other.width), min(height, other.height)) * 0.15
        let right = Double(picture.width) - margin.x, bottom = Double(picture.height) - margin.y
        return left < margin.x && other.left < margin.x || self.right > right && other.right > right
            || top < margin.y && other.top < margin.y || self.bottom > bottom && other.bottom > bottom
    }
}
