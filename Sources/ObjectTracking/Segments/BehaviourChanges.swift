import Foundation
import Imaging

/// Positions in a track where the object's behaviour changes: it stops or starts moving, turns, or enters or leaves the image
/// (its box touches an edge, or it is much smaller than at its largest: far away, or mostly hidden). A change counts once it has
/// lasted for a while.
struct BehaviourChanges {
    /// Seconds that a new state must last to count.
    static let shortestState = 1.0
    /// Speed in object sizes per second above which a stationary object starts to move; a walking person has about 1.
    static let startSpeed = 0.35
    /// Speed in object sizes per second below which a moving object stops.
    static let stopSpeed = 0.2
    /// Minimum angle in degrees between the directions before and after a turn.
    static let turnAngle = 60.0
    /// Fraction of the object's size within which its box touches an edge of the image; at least 1 pixel.
    static let edgeMargin = 0.02
    /// Fraction of its large size below which an object is far away or mostly hidden.
    static let smallShare = 0.5
    /// Factor by which it must exceed that size to count as near again.
    static let smallHysteresis = 1.2
    /// Quantile of an object's sizes that counts as its large size, because the maximum may be an outlier.
    static let largeQuantile = 0.9

    private let motion: TrackMotion
    private let picture: PictureSize

    init(_ motion: TrackMotion, picture: PictureSize) {
        (self.motion, self.picture) = (motion, picture)
    }

    /// Indices of the first appearances of a new behaviour, ascending.
    var places: [Int] {
        let moving = moves
        let signals = [moving, touchesEdge, isSmall].flatMap(lastingChanges)
        return Set(signals + turns(where: moving)).sorted()
    }

    private var moves: [Bool] {
        var isMoving = motion.speed(at: 0) > (Self.startSpeed + Self.stopSpeed) / 2
        return motion.times.indices.map { index in
            isMoving = motion.speed(at: index) > (isMoving ? Self.stopSpeed : Self.startSpeed)
            return isMoving
        }
    }

    private var touchesEdge: [Bool] {
        zip(motion.boxes, motion.sizes).map { box, size in
            let margin = max(1, Int(size * Self.edgeMargin))
            return min(box.left, box.top, picture.width - box.right, picture.height - box.bottom) < margin
        }
    }

    private var isSmall: [Bool] {
        let sorted = motion.extents.sorted(), large = sorted[Int(Double(sorted.count - 1) * Self.largeQuantile)]
        var isSmall = motion.extents[0] < large * Self.smallShare
        return motion.extents.map { size in
            isSmall = size < large * Self.smallShare * (isSmall ? Self.smallHysteresis : 1)
            return isSmall
        }
    }

    /// Starts of lasting states; frames between one and the previous state belong to the latter.
    private func lastingChanges(_ states: [Bool]) -> [Int] {
        var places: [Int] = [], state = states[0], since: Int?
        for index in states.indices {
            guard states[index] != state else {
                since = nil
                continue
            }
            let start = since ?? index
            since = start
            guard motion.times[index] - motion.times[start] >= Self.shortestState else { continue }
            places.append(start)
            (state, since) = (states[index], nil)
        }
        return places
    }

    /// Positions at which the direction departs from the previous one for good. A stop in between has no effect.
    private func turns(where moving: [Bool]) -> [Int] {
        var places: [Int] = [], way = Heading(), other = Heading(), since: Int?
        for index in motion.times.indices {
            // The direction of a stationary object is noise.
            guard moving[index] else { continue }
            let heading = Heading(motion.velocities[index])
            guard way.angle(to: heading) > Self.turnAngle else {
                way.add(heading)
                (other, since) = (Heading(), nil)
                continue
            }
            if other.angle(to: heading) > Self.turnAngle { (other, since) = (Heading(), index) }
            other.add(heading)
            let start = since ?? index
            since = start
            guard motion.times[index] - motion.times[start] >= Self.shortestState else { continue }
            places.append(start)
            (way, other, since) = (other, Heading(), nil)
        }
        return places
    }
}

/// Mean of directions.
private struct Heading {
    private var x = 0.0
    private var y = 0.0

    init() {}

    init(_ velocity: (x: Double, y: Double)) {
        let length = (velocity.x * velocity.x + velocity.y * velocity.y).squareRoot()
        if length > 0 { (x, y) = (velocity.x / length, velocity.y / length) }
    }

    mutating func add(_ other: Heading) {
        x += other.x
        y += other.y
    }

    /// In degrees, 0 to 180; 0 if either has no direction.
    func angle(to other: Heading) -> Double {
        let product = x * other.x + y * other.y, cross = x * other.y - y * other.x
        // The angle of two zeros depends on their signs.
        guard product != 0 || cross != 0 else { return 0 }
        return abs(atan2(cross, product)) * 180 / .pi
    }
}
