import Imaging

/// Thresholds of `SceneStates`.
package enum SceneStateConstants {
    /// Differences between neighbours in 8-bit steps, worst channel, up to which they belong to one part of an object: first the
    /// object as a whole, then areas of one colour. An object whose colours entered the background one by one is removed one by
    /// one.
    static let sameThing: [UInt8] = [255, 48, 16]
    /// Pixels below which a part is left unchanged.
    static let smallestPart = 60
    /// Ratio of contrast with the surroundings below which the smoother of two states of a whole object is the background.
    static let smoother: Float = 0.75
    /// Difference from an outside neighbour up to which a surface continues there, and lower bound on the fraction of a part's
    /// outline where the background continues. A marking on the road stands out as well, but an object passing over it does not
    /// continue around it.
    static let goesOn: Float = 20
    static let goesOnShare: Float = 0.35
    /// Lower bound on the outline where the background continues relative to that where the other state does.
    static let goesOnRatio: Float = 2
    /// Passes over the parts: a part inside another is decided after it.
    static let rounds = 3
}

/// Other colours of a pixel that are frequent enough to be the background's, most frequent first.
struct SceneAlternatives: BitwiseCopyable, Sendable {
    /// False if there is none.
    var isKnown = false
    var first = RGB(red: 0, green: 0, blue: 0)
    /// Equal to `first` if there is only one.
    var second = RGB(red: 0, green: 0, blue: 0)

    /// Inserts a more frequent one before the others.
    func led(by colour: RGB) -> SceneAlternatives {
        SceneAlternatives(isKnown: true, first: colour, second: isKnown ? first : colour)
    }
}

/// Decides, part by part, between the colours in which the background's pixels were seen: an object that came to stay, left, or
/// comes and goes stands out from its surroundings; the background does not.
struct SceneStates: ~Copyable {
    private typealias Constant = SceneStateConstants

    let scene: MutablePlane<ScenePixel>
    let alternatives: Plane<SceneAlternatives>
    /// Number of the part by position; 0 for none.
    private let parts: MutablePlane<Int32>

    init(_ scene: consuming MutablePlane<ScenePixel>, _ alternatives: Plane<SceneAlternatives>) {
        parts = MutablePlane<Int32>(alternatives.box, repeating: 0)
        self.scene = scene
        self.alternatives = alternatives
    }

    consuming func settled() -> Plane<ScenePixel> {
        for reach in Constant.sameThing {
            for _ in 0..<Constant.rounds where !settle(reach) { break }
        }
        return scene.finished()
    }

    /// - Returns: true if the state of a part was changed.
    private func settle(_ reach: UInt8) -> Bool {
        for place in alternatives.indices { parts[place] = 0 }
        var found: [[Int]] = [], number: Int32 = 0
        for place in alternatives.indices where alternatives[place].isKnown && parts[place] == 0 {
            number += 1
            let part = part(from: place, number, reach)
            if part.count >= Constant.smallestPart { found.append(part) }
        }
        var hasChanged = false
        for part in found.sorted(by: { $0.count > $1.count }) {
            guard let other = better(for: part, asWhole: reach == 255) else { continue }
            hasChanged = true
            for place in part {
                let colour = other == 1 ? alternatives[place].first : alternatives[place].second
                scene[place].colour = colour
                scene[place].other = colour
            }
        }
        return hasChanged
    }

    /// Positions connected to this one that changed in the same way.
    private func part(from start: Int, _ number: Int32, _ reach: UInt8) -> [Int] {
        var part = [start], next = 0
        parts[start] = number
        while next < part.count {
            let place = part[next]
            next += 1
            forEachNeighbour(of: place) { beside in
                guard alternatives[beside].isKnown, parts[beside] == 0,
                    scene[place].colour.greatestDifference(to: scene[beside].colour) <= Int(reach)
                else { return }
                parts[beside] = number
                part.append(beside)
            }
        }
        return part
    }

    /// Number of the alternative that fits a part's surroundings better; nil if there is none.
    private func better(for part: [Int], asWhole: Bool) -> Int? {
        let number = parts[part[0]]
        var contrast = SIMD3<Float>.zero, goesOn = SIMD3<Float>.zero, count: Float = 0
        for place in part {
            forEachNeighbour(of: place) { beside in
                guard parts[beside] != number else { return }
                let outside = scene[beside].colour, others = alternatives[place]
                let away = SIMD3(
                    Float(scene[place].colour.greatestDifference(to: outside)), Float(others.first.greatestDifference(to: outside)),
                    Float(others.second.greatestDifference(to: outside)))
                contrast += away
                goesOn.replace(with: goesOn + 1, where: away .<= Constant.goesOn)
                count += 1
            }
        }
        if asWhole {
            guard min(contrast.y, contrast.z) < Constant.smoother * contrast.x else { return nil }
            return contrast.y <= contrast.z ? 1 : 2
        }
        let most = max(goesOn.y, goesOn.z)
        guard most >= Constant.goesOnShare * count, most >= Constant.goesOnRatio * goesOn.x else { return nil }
        return goesOn.y >= goesOn.z ? 1 : 2
    }

    @inline(__always)
    private func forEachNeighbour(of place: Int, _ body: (Int) -> Void) {
        let width = alternatives.box.width, column = place % width
        if column > 0 { body(place - 1) }
        if column + 1 < width { body(place + 1) }
        if place >= width { body(place - width) }
        if place + width < alternatives.count { body(place + width) }
    }
}
