import Imaging

/// Samples of one pixel over time, grouped by colour.
struct ColourGroups: ~Copyable {
    private typealias Constant = BackgroundEstimateConstants

    private struct Group {
        var sum = SIMD4<Int32>.zero
        var mean = SIMD4<Int32>.zero
        var spread: Int32 = 0
        var count: Int32 = 0
        var first: Int32 = 0
        var last: Int32 = 0
        /// Number of separate occurrences.
        var visits: Int32 = 1

        var colour: RGB {
            RGB(
                red: UInt8(truncatingIfNeeded: mean.x), green: UInt8(truncatingIfNeeded: mean.y),
                blue: UInt8(truncatingIfNeeded: mean.z))
        }
    }

    /// Maximum number of groups; beyond it the smallest is replaced.
    private static let capacity = 5
    /// Consecutive samples without a colour, beyond which its next occurrence is a new visit.
    private static let pause: Int32 = 2

    /// Distance, worst channel, within which a colour belongs to a group.
    private let reach: Int32
    private let groups: UnsafeMutablePointer<Group>
    private var count = 0

    init(reach: Int32) {
        self.reach = reach
        groups = .allocate(capacity: Self.capacity)
        groups.initialize(repeating: Group(), count: Self.capacity)
    }

    deinit { groups.deallocate() }

    mutating func removeAll() { count = 0 }

    /// - Parameter time: index among the samples, ascending.
    @inline(__always)
    mutating func add(_ colour: RGB, at time: Int) {
        let value = colour.channels, time = Int32(truncatingIfNeeded: time)
        for index in 0..<count {
            let away = distance(value, groups[index].mean)
            guard away <= reach else { continue }
            groups[index].sum &+= value
            groups[index].count &+= 1
            groups[index].spread &+= away
            if time > groups[index].last &+ Self.pause { groups[index].visits &+= 1 }
            groups[index].last = time
            // A mean over the first samples only keeps groups from drifting together.
            if groups[index].count <= 16 { groups[index].mean = groups[index].sum / groups[index].count }
            return
        }
        var place = count
        if count == Self.capacity {
            place = (0..<count).min { groups[$0].count < groups[$1].count } ?? 0
        } else {
            count += 1
        }
        groups[place] = Group(sum: value, mean: value, spread: 0, count: 1, first: time, last: time)
    }

    @inline(__always)
    private func distance(_ first: SIMD4<Int32>, _ second: SIMD4<Int32>) -> Int32 {
        let away = first &- second
        return max(abs(away.x), max(abs(away.y), abs(away.z)))
    }

    /// The background's colour, the change if the pixel changed once, and otherwise alternative colours of the background.
    /// - Parameter samples: number of samples.
    func choice(of samples: Int) -> (ScenePixel, SceneChange, SceneAlternatives) {
        let best = longest(of: samples), chosen = groups[best]
        var pixel = ScenePixel(
            colour: chosen.colour, other: chosen.colour, spread: UInt8(min(chosen.spread / max(1, chosen.count), 255)))
        var change = SceneChange(isChange: false, early: pixel.colour, late: pixel.colour)
        var alternatives = SceneAlternatives(), counts = SIMD2<Int32>.zero
        let fewest = max(2, Int32(Double(samples) * Constant.fewestShare))
        let interlude = max(2, Int32(Double(samples) * Constant.interludeShare))
        let overlap = Int32(Double(samples) * Constant.overlapShare)
        for index in 0..<count where index != best && groups[index].count >= fewest {
            let group = groups[index]
            if group.first + overlap >= chosen.last || group.last <= chosen.first + overlap {
                change.isChange = true
                if group.first > chosen.first { change.late = group.colour } else { change.early = group.colour }
                continue
            }
            if Double(group.count) >= Constant.otherShare * Double(samples),
                Double(extent(group)) >= Constant.otherExtent * Double(samples)
            {
                pixel.other = group.colour
            }
            guard group.count >= interlude, group.visits <= Constant.fewVisits, group.count > counts.y else { continue }
            if group.count > counts.x {
                counts = SIMD2(group.count, counts.x)
                alternatives = alternatives.led(by: group.colour)
            } else {
                counts.y = group.count
                alternatives.second = group.colour
            }
        }
        return (pixel, change, change.isChange ? SceneAlternatives() : alternatives)
    }

    @inline(__always)
    private func extent(_ group: Group) -> Int32 { group.last - group.first + 1 }

    /// The group seen over the longest time; among those nearly as long, the most frequent one.
    private func longest(of samples: Int) -> Int {
        let fewest = max(2, Int32(Double(samples) * Constant.fewestShare))
        let slack = Int32(Double(samples) * Constant.longerShare)
        var longest: Int32 = 0
        for index in 0..<count where groups[index].count >= fewest { longest = max(longest, extent(groups[index])) }
        var best = -1
        for index in 0..<count {
            let group = groups[index]
            guard longest == 0 || group.count >= fewest && extent(group) + slack >= longest else { continue }
            if best < 0 || group.count > groups[best].count { best = index }
        }
        return max(0, best)
    }
}
