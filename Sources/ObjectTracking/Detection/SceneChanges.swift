import Imaging

/// Thresholds of `SceneChanges`.
package enum SceneChangeConstants {
    /// Pixels below which a region that changed once is left unchanged.
    static let smallest = 60
    /// Ratio of contrast with the surroundings below which the smoother of two states is the background.
    static let smoother: Float = 0.75
}

/// Colours of a pixel before and after a permanent change.
struct SceneChange: BitwiseCopyable, Sendable {
    var isChange = false
    var early = RGB(red: 0, green: 0, blue: 0)
    var late = RGB(red: 0, green: 0, blue: 0)
}

/// Decides, region by region, between the colours before and after a change: an object that came to stay, or left for good,
/// stands out from its surroundings; the background does not.
struct SceneChanges {
    private typealias Constant = SceneChangeConstants

    let changes: Plane<SceneChange>

    init(_ changes: Plane<SceneChange>) { self.changes = changes }

    /// Sets the regions that changed once to the state that stands out less.
    func settle(_ scene: borrowing MutablePlane<ScenePixel>) {
        let isOpen = changes.mapped { UInt8($0.isChange ? 1 : 0) }
        for region in ConnectedRegions(isOpen).regions where region.area >= Constant.smallest {
            var early: Float = 0, late: Float = 0
            region.forEachOutlinePair { inside, outside in
                guard isOpen[outside] == 0 else { return }
                let beside = scene[outside].colour
                early += Float(changes[inside].early.greatestDifference(to: beside))
                late += Float(changes[inside].late.greatestDifference(to: beside))
            }
            guard min(early, late) < Constant.smoother * max(early, late) else { continue }
            region.forEachPlace { place in
                let colour = early < late ? changes[place].early : changes[place].late
                scene[place].colour = colour
                scene[place].other = colour
            }
        }
    }
}
