import Imaging
import Masks

/// Thresholds of `TrackletBuilder`.
package enum TrackletConstants {
    /// Overlap with the motion-compensated earlier region, as a fraction of the smaller region, at which the two are linked.
    static let overlap = 0.2
    /// Area ratio of two regions beyond which they are not the same single object.
    static let areaRatio = 1.7
    /// Distance of an object's next region without overlap from its predicted position, in its longer sides.
    static let jump = 0.8
}

/// Links the regions of consecutive frames to tracklets. A tracklet ends where regions merge, split, vanish or change size;
/// these events are resolved later, using the images.
struct TrackletBuilder {
    private typealias Constant = TrackletConstants

    private(set) var tracklets: [Tracklet] = []
    /// Tracklets that reach the latest frame.
    private var open: [Int] = []

    /// Ends all tracklets, because the next frame shows another view.
    mutating func interrupt() { open = [] }

    mutating func add(_ frame: MotionFinder.Frame, size: PictureSize) {
        let links = links(to: frame.regions, size: size)
        var next: [Int] = []
        for (number, region) in frame.regions.enumerated() {
            guard let mask = StoredMask(region, size: size) else { continue }
            let place = Tracklet.Place(
                frame: frame.index, time: frame.time, mask: mask, outline: StoredMask(frame.outlines[number], size: size),
                sides: frame.sides[number], colours: frame.colours[number])
            let sources = links.filter { $0.region == number }.map(\.tracklet)
            if sources.count == 1, let source = sources.first, links.count(where: { $0.tracklet == source }) == 1,
                isSame(tracklets[source], mask)
            {
                tracklets[source].places.append(place)
                next.append(source)
            } else {
                let id = tracklets.count
                tracklets.append(Tracklet(id: id, places: [place], before: Set(sources)))
                for source in sources { tracklets[source].after.insert(id) }
                next.append(id)
            }
        }
        open = next
    }

    private func isSame(_ tracklet: Tracklet, _ mask: StoredMask) -> Bool {
        let recent = tracklet.places.suffix(5).map(\.mask.area).sorted()
        let usual = Double(recent[recent.count / 2]), area = Double(mask.area)
        return area < usual * Constant.areaRatio && area * Constant.areaRatio > usual
    }

    /// Open tracklets and the regions that continue them.
    private func links(to regions: [ConnectedRegion], size: PictureSize) -> [(tracklet: Int, region: Int)] {
        guard !open.isEmpty, !regions.isEmpty else { return [] }
        var labels = [Int32](repeating: -1, count: size.width * size.height)
        for (number, region) in regions.enumerated() { region.forEachPlace { labels[$0] = Int32(number) } }
        var links: [(tracklet: Int, region: Int)] = [], freeTracklets: [Int] = []
        var freeRegions = Set(regions.indices)
        for id in open {
            let last = tracklets[id].last, velocity = tracklets[id].velocity
            let x = Int(velocity.x.rounded()), y = Int(velocity.y.rounded())
            var hits: [Int: Int] = [:]
            last.mask.forEachPixel { place in
                let column = place % size.width + x, row = place / size.width + y
                guard column >= 0, row >= 0, column < size.width, row < size.height else { return }
                let label = Int(labels[row * size.width + column])
                if label >= 0 { hits[label, default: 0] += 1 }
            }
            let found = hits.filter {
                Double($0.value) >= Constant.overlap * Double(min(last.mask.area, regions[$0.key].area))
            }.keys.sorted()
            if found.isEmpty { freeTracklets.append(id) }
            links += found.map { (id, $0) }
            freeRegions.subtract(found)
        }
        return links + jumps(freeTracklets, freeRegions, regions)
    }

    /// Matches of fast objects: unlinked regions near the predicted position of an unlinked tracklet.
    private func jumps(
        _ ids: [Int], _ free: Set<Int>, _ regions: [ConnectedRegion]
    ) -> [(tracklet: Int, region: Int)] {
        let pairs = ids.flatMap { id -> [(distance: Double, tracklet: Int, region: Int)] in
            let last = tracklets[id].last, expected = last.box.middle + tracklets[id].velocity
            return free.sorted().compactMap { number in
                let away = regions[number].box.middle - expected, distance = (away * away).sum().squareRoot()
                let reach = Constant.jump * Double(max(last.box.width, last.box.height))
                let ratio = Double(regions[number].area) / Double(last.mask.area)
                guard distance < reach, ratio < Constant.areaRatio, ratio * Constant.areaRatio > 1 else { return nil }
                return (distance, id, number)
            }
        }
        var links: [(tracklet: Int, region: Int)] = []
        for pair in pairs.sorted(by: { $0.distance < $1.distance })
        where !links.contains(where: { $0.tracklet == pair.tracklet || $0.region == pair.region }) {
            links.append((pair.tracklet, pair.region))
        }
        return links
    }
}

extension StoredMask {
    /// Creates the mask of a region.
    init?(_ region: ConnectedRegion, size: PictureSize) {
        self.init(
            size: size,
            spans: region.runs.map { $0.y * size.width + $0.columns.lowerBound..<$0.y * size.width + $0.columns.upperBound })
    }
}
