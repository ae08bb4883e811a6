import Imaging
import Masks

/// Thresholds of `AlternatingPairs`.
package enum AlternatingPairConstants {
    /// Fraction of the whole's usual area below which a region is a fragment.
    static let scrap = 0.15
    /// Fraction of it above which a single region is both objects.
    static let whole = 0.6
    /// Horizontal overlap of two parts, as a fraction of the narrower width, up to which they count as side by side.
    static let overlap = 0.4
    /// Gap between the two in the whole's usual widths; beyond it they are not a pair.
    static let gap = 0.2
}

/// Finds two objects that move together, appearing now as one region and now as two, so that none of their tracklets lasts, and
/// builds one tracklet for each.
enum AlternatingPairs {
    private typealias Constant = AlternatingPairConstants

    /// The tracklets with those of pairs replaced, renumbered.
    static func separated(_ tracklets: [Tracklet]) -> [Tracklet] {
        var result: [Tracklet] = [], replaced: Set<Int> = []
        for cluster in clusters(of: tracklets) where cluster.count > 2 {
            guard let pair = pair(cluster.map { tracklets[$0] }) else { continue }
            replaced.formUnion(cluster)
            result += [pair.left, pair.right]
        }
        guard !replaced.isEmpty else { return tracklets }
        var numbers: [Int: Int] = [:]
        for tracklet in tracklets where !replaced.contains(tracklet.id) {
            numbers[tracklet.id] = result.count
            result.append(tracklet)
        }
        return result.enumerated().map { number, tracklet in
            Tracklet(
                id: number, places: tracklet.places, before: Set(tracklet.before.compactMap { numbers[$0] }),
                after: Set(tracklet.after.compactMap { numbers[$0] }))
        }
    }

    /// Connected components of tracklets under their links, numbers ascending.
    private static func clusters(of tracklets: [Tracklet]) -> [[Int]] {
        var seen: Set<Int> = []
        return tracklets.compactMap { start in
            guard seen.insert(start.id).inserted else { return nil }
            var cluster = [start.id], next = 0
            while next < cluster.count {
                let tracklet = tracklets[cluster[next]]
                cluster += tracklet.before.union(tracklet.after).filter { seen.insert($0).inserted }
                next += 1
            }
            return cluster.sorted()
        }
    }

    /// - Returns: nil if there are ever more than two regions, two that last, or one above the other.
    private static func pair(_ cluster: [Tracklet]) -> TrackletPair? {
        var byFrame: [Int: [Tracklet.Place]] = [:]
        for place in cluster.flatMap(\.places) { byFrame[place.frame, default: []].append(place) }
        let areas = byFrame.values.map { $0.reduce(0) { $0 + $1.mask.area } }.sorted(), usual = Double(areas[areas.count / 2])
        let widths = byFrame.values.compactMap { $0.count == 1 ? $0[0].box.width : nil }.sorted()
        guard !widths.isEmpty else { return nil }
        let width = Double(widths[widths.count / 2])
        var frames: [[Tracklet.Place]] = [], apart: Set<Int> = []
        for (frame, all) in byFrame.sorted(by: { $0.key < $1.key }) {
            let places = all.filter { Double($0.mask.area) >= Constant.scrap * usual }.sorted { $0.box.middle.x < $1.box.middle.x }
            guard places.count <= 2 else { return nil }
            if places.count == 2 {
                let common = Double(places[0].box.right - places[1].box.left)
                guard common <= Constant.overlap * Double(min(places[0].box.width, places[1].box.width)), -common <= Constant.gap * width
                else { return nil }
                apart.insert(frame)
                frames.append(places)
            } else if let place = places.first, Double(place.mask.area) >= Constant.whole * usual {
                frames.append(places)
            }
        }
        let lasts = cluster.contains { $0.isOfItsOwn && apart.contains($0.first.frame) }
        guard !apart.isEmpty, !lasts, let first = cluster.first else { return nil }
        return TrackletPair(frames, Tracklet(id: first.id, places: []), numbered: first.id)
    }
}
