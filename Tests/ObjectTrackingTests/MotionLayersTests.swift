import Masks
import Media
import ObjectTracking
import Testing

/// If these fail, a mask stays the patch that was given: it does not take in what turns into view, and does not let go of
/// what passes in front.
@Suite(.serialized) struct MotionLayersTests {
    /// J of the frames after the first, whose mask is given, and of the last.
    private func run(_ scene: SyntheticScene) throws -> (mean: Double, last: Double) {
        let truth = SceneMasks(scene)
        let masks = try scene.withClip { try MaskPropagator().propagate(clip: VideoClip(path: $0), masks: truth, frames: [0]) }
        let last = try RegionSimilarity(masks, reference: truth) { $1 != scene.frames - 1 }
        return (try RegionSimilarity(masks, reference: truth) { $1 == 0 }.mean, last.mean)
    }

    /// The object's other half, of other colours, comes out from behind a bar.
    private func otherSide(camera speed: Double) -> SyntheticScene {
        var scene = SyntheticScene { .init(x: 84 + 5 * Double($0), y: 90) }
        (scene.hasOtherSide, scene.bar) = (true, 84...106)
        if speed != 0 { scene.camera = { (x: speed * Double($0), y: 0, scale: 1) } }
        return scene
    }

    @Test func aSideThatComesIntoViewJoins() throws {
        let result = try run(otherSide(camera: 0))
        #expect(result.mean > 0.7)
        #expect(result.last > 0.9)
    }

    @Test func aSideThatComesIntoViewJoinsWhileTheCameraMoves() throws {
        let result = try run(otherSide(camera: 4))
        #expect(result.mean > 0.7)
        #expect(result.last > 0.9)
    }

    /// The camera follows an object that a post nearer to it passes by.
    @Test func aPostThatPassesInFrontIsLetGo() throws {
        var scene = SyntheticScene { .init(x: 120 + 6 * Double($0), y: 90) }
        scene.camera = { (x: 6 * Double($0), y: 0, scale: 1) }
        scene.post = { 230 - 10 * Double($0)...242 - 10 * Double($0) }
        let result = try run(scene)
        #expect(result.mean > 0.92)
        #expect(result.last > 0.95)
    }

    /// A post that passes in front must not say how the object moves.
    @Test func aPostBeforeAnObjectThatStandsStill() throws {
        var scene = SyntheticScene { _ in .init(x: 120, y: 90) }
        scene.post = { 230 - 10 * Double($0)...242 - 10 * Double($0) }
        #expect(try run(scene).mean > 0.95)
    }

    /// Flow reaches over outlines: masks must not grow by it.
    @Test func anObjectThatMovesDoesNotTakeInItsSurroundings() throws {
        var scene = SyntheticScene { .init(x: 60 + 5 * Double($0), y: 90) }
        scene.camera = { (x: 3 * Double($0), y: 0, scale: 1) }
        #expect(try run(scene).last > 0.95)
    }
}
