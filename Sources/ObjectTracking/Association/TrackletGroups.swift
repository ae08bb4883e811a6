import Imaging

/// Limits of `TrackletGroups`.
package enum GroupConstants {
    /// Seconds that a tracklet has to last to count as something of its own.
    static let shortest = 0.45
    /// Seconds over which shorter ones are passed through, from one that counts to the next.
    static let passage = 3.0
    /// Share of the whole region's area below which a part that joins or leaves it is a scrap of it.
    static let scrapShare = 0.3
    /// Share of the whole region's area that makes a part the main one: the others may be scraps of it.
    static let mainShare = 0.6
    /// Share of the area of a region without a main part from which a part is an object of its own.
    static let partShare = 0.1
    /// Way of a small part that shows it to be an object of its own, in its widths or heights, if nothing is before, or after, it.
    static let independentWay = 1.0
    /// Way of such a part, in the whole region's longer sides, up to which it is no object of its own.
    static let scrapWay = 0.7
    /// Seconds that parts of one object stay apart at most.
    static let longestFragment = 1.2
    /// Ratio of the areas of a region before and after it fell apart for a moment, up to which it is the same.
    static let sameSize = 1.45
    /// Share of the narrower part's width that lies above or below the other in a stack.
    static let stackShare = 0.5
}

/// Tells tracklets that show one object from those that show several at once, and from scraps.
/// A region that two others merged into, or that parts into two, is a group; it is left to its members, which are carried through.
struct TrackletGroups {
    private typealias Constant = GroupConstants

    /// Tracklets of one object each, ascending by id.
    private(set) var singles: [Tracklet] = []
    /// Ids of tracklets that show several objects.
    private(set) var groups: Set<Int> = []

    private let all: [Tracklet]

    /// Tracklets that are the same region before and after it fell apart for a moment: from each one to the next.
    private(set) var continuations: [Int: Int] = [:]

    /// - Parameter tracklets: numbered from 0 by their ids.
    init(_ tracklets: [Tracklet]) {
        all = AlternatingPairs.separated(tracklets)
        let counted = all.filter { counts($0) }
        var scraps: Set<Int> = []
        for tracklet in counted {
            for after in [false, true] {
                let parts = neighbours(of: tracklet, after: after)
                guard parts.count > 1 else { continue }
                let members = members(parts, of: tracklet, after: after)
                if members.count > 1, !areFragments(members) {
                    groups.insert(tracklet.id)
                    scraps.formUnion(Set(parts.map(\.id)).subtracting(members.map(\.id)).filter { isBrief(all[$0]) })
                } else {
                    let main = parts.max { $0.usualArea < $1.usualArea }
                    let others = parts.filter { $0.id != main?.id }
                    scraps.formUnion((members.count > 1 ? parts : others).filter { isScrap($0, of: tracklet) }.map(\.id))
                }
            }
        }
        let rest = counted.filter { !scraps.contains($0.id) }
        for tracklet in rest {
            let after = neighbours(of: tracklet, after: true).filter { !scraps.contains($0.id) }
            guard after.count == 1, let next = after.first, isSameSize(tracklet, next),
                neighbours(of: next, after: false).filter({ !scraps.contains($0.id) }).map(\.id) == [tracklet.id]
            else { continue }
            continuations[tracklet.id] = next.id
        }
        spreadGroups()
        singles = rest.filter { !groups.contains($0.id) }
        splitPairs()
    }

    /// A region that goes on is still a group.
    private mutating func spreadGroups() {
        for _ in continuations {
            for (one, next) in continuations where groups.contains(one) != groups.contains(next) {
                groups.formUnion([one, next])
            }
        }
    }

    /// Replaces tracklets that show two objects side by side all along by one for each; the right one gets a number of its own.
    private mutating func splitPairs() {
        let pairs = Dictionary(uniqueKeysWithValues: singles.compactMap { single in
            TrackletPair(single, numbered: all.count + single.id).map { (single.id, $0) }
        })
        singles = singles.flatMap { single in pairs[single.id].map { [$0.left, $0.right] } ?? [single] }.sorted { $0.id < $1.id }
        for (one, next) in continuations {
            if let pair = pairs[one], let other = pairs[next] { continuations[pair.right.id] = other.right.id }
        }
    }

    private func isSameSize(_ one: Tracklet, _ next: Tracklet) -> Bool {
        let ratio = Double(next.first.mask.area) / Double(one.last.mask.area)
        return ratio * Constant.sameSize > 1 && ratio < Constant.sameSize
    }

    private func counts(_ tracklet: Tracklet) -> Bool { tracklet.isOfItsOwn }

    private func isBrief(_ tracklet: Tracklet) -> Bool { tracklet.duration < Constant.longestFragment }

    /// Parts of a region that are objects of their own: all that are not much smaller than the others, or all but scraps if one of them is
    /// nearly the whole.
    private func members(_ parts: [Tracklet], of whole: Tracklet, after: Bool) -> [Tracklet] {
        let largest = parts.map(\.usualArea).max() ?? 0
        let isMainly = Double(largest) >= Constant.mainShare * Double(whole.usualArea)
        let share = isMainly ? Constant.scrapShare : Constant.partShare
        return parts.filter { part in
            Double(part.usualArea) >= share * Double(whole.usualArea) || isIndependent(part, after: after)
        }
    }

    /// True for a part that comes, or goes, by itself.
    private func isIndependent(_ part: Tracklet, after: Bool) -> Bool {
        (after ? part.after : part.before).isEmpty && part.way >= Constant.independentWay
    }

    private func isScrap(_ part: Tracklet, of whole: Tracklet) -> Bool {
        if isBrief(part) { return true }
        let way = part.last.box.middle - part.first.box.middle
        let longest = whole.places.map { max($0.box.width, $0.box.height) }.max() ?? 0
        return (way * way).sum().squareRoot() < Constant.scrapWay * Double(longest)
    }

    /// True for parts of one object: one above the other, and not for long.
    private func areFragments(_ parts: [Tracklet]) -> Bool {
        guard parts.contains(where: isBrief) else { return false }
        for (index, one) in parts.enumerated() {
            for other in parts[(index + 1)...] where isStacked(one, other) { return true }
        }
        return false
    }

    private func isStacked(_ one: Tracklet, _ other: Tracklet) -> Bool {
        let frames = Set(one.places.map(\.frame))
        guard let place = other.places.first(where: { frames.contains($0.frame) }),
            let beside = one.places.first(where: { $0.frame == place.frame })
        else { return false }
        let common = min(place.box.right, beside.box.right) - max(place.box.left, beside.box.left)
        let apart = max(place.box.top, beside.box.top) - min(place.box.bottom, beside.box.bottom)
        return Double(common) > Constant.stackShare * Double(min(place.box.width, beside.box.width)) && apart >= -2
    }

    /// Frames over which a single tracklet may be a part of larger regions: up to the ends of the groups that it is followed, and
    /// preceded, by.
    func reach(of tracklet: Tracklet) -> ClosedRange<Int> {
        var frames = (tracklet.first.frame, tracklet.last.frame)
        let own = Set(singles.map(\.id))
        for after in [false, true] {
            var seen: Set<Int> = [tracklet.id], pending = Array(after ? tracklet.after : tracklet.before)
            while let id = pending.popLast() {
                guard !own.contains(id), seen.insert(id).inserted else { continue }
                frames = (min(frames.0, all[id].first.frame), max(frames.1, all[id].last.frame))
                pending += after ? all[id].after : all[id].before
            }
        }
        return frames.0...frames.1
    }

    /// Tracklets that count and come next, or before, with only short ones between; and short ones
    /// that another tracklet has a part in.
    private func neighbours(of tracklet: Tracklet, after: Bool) -> [Tracklet] {
        var found: Set<Int> = [], seen: Set<Int> = [tracklet.id]
        var pending = after ? tracklet.after : tracklet.before
        // In the order of time, so that all that leads to a tracklet has been looked at before it.
        while let next = after
            ? pending.min(by: { all[$0].first.frame < all[$1].first.frame })
            : pending.max(by: { all[$0].last.frame < all[$1].last.frame })
        {
            pending.remove(next)
            guard seen.insert(next).inserted else { continue }
            let time = after ? all[next].first.time - tracklet.last.time : tracklet.first.time - all[next].last.time
            guard time <= Constant.passage else { continue }
            if counts(all[next]) {
                found.insert(next)
            } else if (after ? all[next].before : all[next].after).isSubset(of: seen) {
                pending.formUnion(after ? all[next].after : all[next].before)
            } else {
                // It goes on as a part of something else.
                found.insert(next)
            }
        }
        return found.sorted().map { all[$0] }
    }
}

extension Tracklet {
    /// True if it lasts long enough to count as something of its own.
    var isOfItsOwn: Bool { duration >= GroupConstants.shortest && places.count > 2 }
}
