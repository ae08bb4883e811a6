import Foundation
import Imaging

/// Weights of `TrackletJoining`.
package enum JoiningConstants {
    /// Weight of the motion in the score of a pair; the rest is the overlap of propagated masks.
    static let motionShare = 0.4
    /// Weight of the propagation direction in which the mask fits better, for tracklets of similar size, because one direction
    /// often fails. Tracklets of different sizes must fit in both, since a part of another object fits in one.
    static let betterDirection = 0.75
    /// Score at which a pair is one object.
    static let threshold = 0.3
    /// Bonus for a region that briefly fell apart.
    static let continuation = 0.1
    /// Seconds at an end whose colours are compared.
    static let colourSeconds = 3.0
    /// Neutral colour similarity, distance to the similarity that counts fully, and the score that this adds or subtracts.
    /// Higher keeps apart people who meet, but loses those who turn in the light.
    static let usualLikeness = 0.85
    static let likenessStep = 0.05
    static let colourScore = 0.15
    /// Margin over the threshold that a pair of different colours keeps.
    static let leastGain = 0.02
    /// Upper bound on the steps against a pair.
    static let mostAgainst = 1.3
    /// Upper bound on the seconds between two tracklets of one object that did not meet.
    static let longestGap = 2.0
    /// Distance from the predicted position, in the object's longer sides, at which the motion score falls to 1 / e.
    static let distance = 0.7
    /// Ratio of the usual areas of two tracklets beyond which they are not one object if they did not meet, and beyond which
    /// they must meet in both directions: people who walk away become smaller.
    static let areaRatio = 1.8
    static let meetingRatio = 3.0
    /// Ratio of heights beyond which the two show different parts of the object, so that colours are not comparable.
    static let heightRatio = 1.25
}

/// Joins tracklets of the same object: those that meet under propagation, and those whose motion continues.
struct TrackletJoining {
    private typealias Constant = JoiningConstants

    /// Tracklets of one object each, in time order.
    let chains: [[Tracklet]]

    init(_ groups: TrackletGroups, _ meetings: [TrackletMeeting]) {
        let tracklets = groups.singles
        let numbers = Dictionary(uniqueKeysWithValues: tracklets.enumerated().map { ($0.element.id, $0.offset) })
        var directions: [SIMD2<Int>: [Double]] = [:]
        for meeting in meetings {
            guard let earlier = numbers[meeting.earlier], let later = numbers[meeting.later] else { continue }
            directions[SIMD2(earlier, later), default: []].append(meeting.overlap)
        }
        var overlaps: [SIMD2<Int>: Double] = [:]
        for (pair, both) in directions {
            let better = both.max() ?? 0, other = both.count > 1 ? both.min() ?? 0 : 0
            let ratio = Double(tracklets[pair.x].usualArea) / Double(tracklets[pair.y].usualArea)
            let isAlike = ratio < Constant.meetingRatio && ratio * Constant.meetingRatio > 1
            let share = isAlike ? Constant.betterDirection : 0.5
            overlaps[pair] = share * better + (1 - share) * other
        }
        let count = tracklets.count
        let ends = tracklets.map { $0.colours(atEnd: true, seconds: Constant.colourSeconds) }
        let beginnings = tracklets.map { $0.colours(atEnd: false, seconds: Constant.colourSeconds) }
        var costs = [Double](repeating: .infinity, count: count * count)
        for (row, one) in tracklets.enumerated() {
            for (column, next) in tracklets.enumerated() where one.last.frame < next.first.frame {
                let bonus = groups.continuations[one.id] == next.id ? Constant.continuation : 0
                guard let score = Self.score(one, next, overlap: overlaps[SIMD2(row, column)]) else { continue }
                let likeness = Self.areComparable(one.last.box, next.first.box)
                    ? ends[row].flatMap { own in beginnings[column].map(own.similarity) } : nil
                // Without a better candidate, different colours do not separate a pair, because light and turning change them.
                let isPossible = score + bonus > Constant.threshold
                let cost = 1 - score - bonus - Self.colourScore(likeness)
                costs[row * count + column] = isPossible ? min(cost, 1 - Constant.threshold - Constant.leastGain) : cost
            }
        }
        var next: [Int: Int] = [:]
        for pair in Assignment.pairs(costs: costs, columns: count, limit: 1 - Constant.threshold) { next[pair.row] = pair.column }
        let later = Set(next.values)
        chains = tracklets.indices.filter { !later.contains($0) }.map { start in
            var chain = [tracklets[start]], last = start
            while let number = next[last] {
                chain.append(tracklets[number])
                last = number
            }
            return chain
        }
    }

    private static func areComparable(_ one: BoundingBox, _ next: BoundingBox) -> Bool {
        Double(max(one.height, next.height)) < Constant.heightRatio * Double(min(one.height, next.height))
    }

    private static func colourScore(_ likeness: Double?) -> Double {
        guard let likeness else { return 0 }
        let steps = (likeness - Constant.usualLikeness) / Constant.likenessStep
        return Constant.colourScore * min(1, max(-Constant.mostAgainst, steps))
    }

    /// Score that two tracklets are one object, about 0...1; nil if impossible.
    private static func score(_ one: Tracklet, _ next: Tracklet, overlap: Double?) -> Double? {
        let gap = Double(next.first.frame - one.last.frame)
        let side = Double(max(one.last.box.width, one.last.box.height, next.first.box.width, next.first.box.height))
        func agreement(_ place: SIMD2<Double>, _ expected: SIMD2<Double>) -> Double {
            let away = place - expected
            return exp(-(away * away).sum().squareRoot() / (Constant.distance * side))
        }
        let motion = (agreement(next.first.box.middle, one.last.box.middle + one.lastVelocity * gap)
            + agreement(one.last.box.middle, next.first.box.middle - next.firstVelocity * gap)) / 2
        if let overlap { return (1 - Constant.motionShare) * overlap + Constant.motionShare * motion }
        let ratio = Double(next.first.mask.area) / Double(one.last.mask.area)
        guard next.first.time - one.last.time <= Constant.longestGap, ratio < Constant.areaRatio, ratio * Constant.areaRatio > 1
        else { return nil }
        return motion * Constant.motionShare * 1.5
    }
}
