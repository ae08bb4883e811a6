import Imaging

/// Thresholds of `BoxMeetings`.
package enum BoxMeetingConstants {
    /// IoU at which two tracklets meet, so that they may have been swapped.
    static let overlap = 0.25
    /// Gap in seconds after which it is another meeting.
    static let pause = 0.5
    /// Similarity of the colours before and after below which a tracklet may have switched to another object, and the seconds on
    /// each side that are compared.
    static let change = 0.88
    static let changeSeconds = 1.5
    /// Lower bound on clearly visible detections before and after for that comparison.
    static let fewest = 3
}

/// Splits tracklets where they meet another one, so that both sides can be rejoined by appearance.
struct BoxMeetings {
    private typealias Constant = BoxMeetingConstants

    let tracklets: [BoxTracklet]
    /// For each tracklet's id, the id of the one from which it was split.
    private(set) var continuations: [Int: Int] = [:]

    init(_ whole: [BoxTracklet]) {
        let paths = whole.map(Self.path)
        var cuts: [Int: Set<Int>] = [:]
        for (index, one) in whole.enumerated() {
            for other in whole.indices.dropFirst(index + 1)
            where whole[other].first.frame <= one.last.frame && whole[other].last.frame >= one.first.frame {
                for frame in Self.meetings(paths[index], paths[other]) {
                    cuts[index, default: []].insert(frame)
                    cuts[other, default: []].insert(frame)
                }
            }
        }
        for (index, tracklet) in whole.enumerated() { cuts[index, default: []].formUnion(Self.changes(tracklet)) }
        var parts: [BoxTracklet] = [], nextID = (whole.map(\.id).max() ?? 0) + 1
        for (index, tracklet) in whole.enumerated() {
            var rest = tracklet
            for frame in (cuts[index] ?? []).sorted() {
                let before = rest.hits.filter { $0.frame <= frame }, after = rest.hits.filter { $0.frame > frame }
                guard Self.isKnown(before), Self.isKnown(after) else { continue }
                parts.append(BoxTracklet(id: rest.id, hits: before))
                continuations[nextID] = rest.id
                rest = BoxTracklet(id: nextID, hits: after)
                nextID += 1
            }
            parts.append(rest)
        }
        tracklets = parts
    }

    /// Frames after which the colours differ.
    private static func changes(_ tracklet: BoxTracklet) -> [Int] {
        let clear = tracklet.hits.filter(\.isSeenWell)
        var found: [(frame: Int, time: Double, likeness: Double)] = []
        for index in clear.indices.dropLast() {
            let time = clear[index].time
            let before = clear[...index]
                .drop(while: { $0.time < time - Constant.changeSeconds })
            let after = clear[(index + 1)...].prefix(while: { $0.time <= clear[index + 1].time + Constant.changeSeconds })
            guard before.count >= Constant.fewest, after.count >= Constant.fewest, let one = before.colours, let other = after.colours
            else { continue }
            let likeness = one.similarity(to: other)
            guard likeness < Constant.change else { continue }
            if let last = found.last, time - last.time < Constant.changeSeconds {
                if likeness < last.likeness { found[found.count - 1] = (clear[index].frame, time, likeness) }
            } else {
                found.append((clear[index].frame, time, likeness))
            }
        }
        return found.map(\.frame)
    }

    private static func isKnown(_ hits: [BoxTracklet.Hit]) -> Bool {
        hits.count(where: \.isSeenWell) >= Constant.fewest
    }

    /// Boxes with their times by frame, ascending; linearly interpolated between hits.
    private static func path(_ tracklet: BoxTracklet) -> [Int: (time: Double, box: Rectangle)] {
        var path = [tracklet.first.frame: (tracklet.first.time, tracklet.first.box)]
        for (one, next) in zip(tracklet.hits, tracklet.hits.dropFirst()) {
            for frame in one.frame + 1...next.frame {
                let share = Double(frame - one.frame) / Double(next.frame - one.frame)
                path[frame] = (one.time + share * (next.time - one.time), one.box.mixed(with: next.box, share: share))
            }
        }
        return path
    }

    /// The frames of greatest overlap, one per meeting.
    private static func meetings(_ one: [Int: (time: Double, box: Rectangle)], _ other: [Int: (time: Double, box: Rectangle)]) -> [Int] {
        var found: [(frame: Int, overlap: Double)] = [], last = -Double.infinity
        for frame in one.keys.sorted() {
            guard let own = one[frame], let beside = other[frame] else { continue }
            let overlap = own.box.overlap(with: beside.box)
            guard overlap >= Constant.overlap else { continue }
            if own.time - last > Constant.pause { found.append((frame, overlap)) }
            if overlap > found[found.count - 1].overlap { found[found.count - 1] = (frame, overlap) }
            last = own.time
        }
        return found.map(\.frame)
    }
}

extension Rectangle {
    /// Interpolates between this box and another.
    func mixed(with other: Rectangle, share: Double) -> Rectangle {
        Rectangle(
            left: left + share * (other.left - left), top: top + share * (other.top - top), width: width + share * (other.width - width),
            height: height + share * (other.height - height))
    }
}
