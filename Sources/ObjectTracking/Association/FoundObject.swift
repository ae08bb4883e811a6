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
    private var masks: [Int: [StoredMask]] = [:]

    init(_ tracklets: [Tracklet]) {
        for place in tracklets.flatMap(\.places) { masks[place.frame, default: []].append(place.mask) }
    }

    /// Fraction of a mask's pixels inside a frame's regions, 0...1.
    func share(of mask: StoredMask, at frame: Int, size: WorkingSize) -> Double {
        let common = (masks[frame] ?? []).compactMap(size.enlarged).reduce(0) { $0 + mask.commonPixels(with: $1) }
        return Double(common) / Double(mask.area)
    }
}
