import Imaging
import Masks

/// A moving object on the frames where it was found.
package struct FoundObject {
    /// By frame, at the clip's size.
    package let masks: [Int: PropagatedMask]

    var firstFrame: Int { masks.keys.min() ?? 0 }
    var lastFrame: Int { masks.keys.max() ?? 0 }

    package init(masks: [Int: PropagatedMask]) { self.masks = masks }

    /// - Parameters:
    ///   - chain: its tracklets in time order.
    ///   - shortest: lower bound on the number of frames.
    ///   - carried: by tracklet, propagated masks of the frames where it is not a separate region.
    ///   - regions: all moving regions.
    /// - Returns: nil if it does not move, or not for long enough.
    init?(
        _ chain: [Tracklet], shortest: Int, _ carried: [TrackID: [Int: PropagatedMask]], _ regions: FrameRegions, _ size: WorkingSize
    ) {
        guard let first = chain.first, let last = chain.last else { return nil }
        let places = chain.flatMap(\.places)
        var masks: [Int: PropagatedMask] = [:]
        for tracklet in chain {
            for (frame, mask) in carried[.number(tracklet.id)] ?? [:] {
                if let other = masks[frame], other.weight >= mask.weight { continue }
                masks[frame] = mask
            }
        }
        for (before, after) in zip(chain, chain.dropFirst()) {
            let least = MotionTrackerConstants.piece * Double(min(before.usualArea, after.usualArea) * size.factor * size.factor)
            for frame in before.last.frame + 1..<max(before.last.frame + 1, after.first.frame) {
                if let mask = masks[frame], Double(mask.mask.area) < least { masks[frame] = nil }
            }
        }
        let inside = first.first.frame...last.last.frame
        masks = masks.filter {
            inside.contains($0.key)
                || regions.share(of: $0.value.mask, at: $0.key, size: size) >= MotionTrackerConstants.supported
        }
        for place in places {
            guard let mask = size.enlarged(place.mask) else { continue }
            masks[place.frame] = PropagatedMask(mask: mask, confidence: 1, distance: 0, isBackward: false)
        }
        for (frame, mask) in masks { masks[frame] = mask.with(regions.trimmed(mask.mask, at: frame, size: size)) }
        let frames = masks.keys.sorted()
        guard frames.count >= shortest, frames.compactMap({ masks[$0]?.mask.box }).way >= MotionTrackerConstants.way else { return nil }
        self.masks = masks
    }
}

extension PropagatedMask {
    /// Weight against a mask from the other direction: nearer and better supported ones win.
    var weight: Float { support / Float(max(1, distance)) }
}

/// All moving regions of each frame.
struct FrameRegions {
    private var places: [Int: [Tracklet.Place]] = [:]

    init(_ tracklets: [Tracklet]) {
        for place in tracklets.flatMap(\.places) { places[place.frame, default: []].append(place) }
    }

    /// Fraction of a mask's pixels inside a frame's regions, 0...1.
    func share(of mask: StoredMask, at frame: Int, size: WorkingSize) -> Double {
        let common = (places[frame] ?? []).map(\.mask).compactMap(size.enlarged).reduce(0) { $0 + mask.commonPixels(with: $1) }
        return Double(common) / Double(mask.area)
    }

    /// A mask without the fringes of the regions, which show the scene; the mask itself if little of it would be left.
    func trimmed(_ mask: StoredMask, at frame: Int, size: WorkingSize) -> StoredMask {
        var rest: StoredMask? = mask
        for place in places[frame] ?? [] where size.full(place.box).intersection(mask.box) != nil {
            guard let region = size.enlarged(place.mask), let outline = place.outline.flatMap(size.enlarged),
                let fringe = region.subtracting(outline)
            else { continue }
            rest = rest?.subtracting(fringe)
        }
        guard let rest, Double(rest.area) >= RegionOutlineConstants.leastShare * Double(mask.area) else { return mask }
        return rest
    }
}
