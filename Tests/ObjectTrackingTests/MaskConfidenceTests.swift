import Masks
import Media
import ObjectTracking
import Testing

/// If these fail, a mask's confidence does not tell how much of the object it may have.
@Suite(.serialized) struct MaskConfidenceTests {
    /// Confidences of all frames.
    private func run(_ scene: SyntheticScene, from frames: Set<Int>) throws -> [Float] {
        let truth = SceneMasks(scene)
        let masks = try scene.withClip { try MaskPropagator().propagate(clip: VideoClip(path: $0), masks: truth, frames: frames) }
        return (0..<scene.frames).map { masks.confidence(of: .number(1), at: $0) }
    }

    @Test func aMaskThatKeepsItsLookIsTrusted() throws {
        let confidences = try run(SyntheticScene { .init(x: 50 + 5 * Double($0), y: 90) }, from: [0])
        #expect(confidences[0] == 1)
        #expect(confidences.dropFirst().allSatisfy { $0 > 0.75 && $0 < 0.95 })
    }

    /// The object's other half, of other colours, comes out from behind a bar.
    private var otherSide: SyntheticScene {
        var scene = SyntheticScene { .init(x: 84 + 5 * Double($0), y: 90) }
        (scene.hasOtherSide, scene.bar) = (true, 84...106)
        return scene
    }

    @Test func aMaskWhoseLookChangesIsTrustedLess() throws {
        let confidences = try run(otherSide, from: [0])
        #expect(confidences[1] > 0.75)
        #expect(confidences[23] < 0.5)
        let shown = confidences.filter { $0 > 0 }  // it is hidden for some frames
        #expect(zip(shown, shown.dropFirst()).allSatisfy { $0 >= $1 })
    }

    @Test func aMaskGivenAgainIsTrustedAgain() throws {
        let confidences = try run(otherSide, from: [0, 20])
        #expect(confidences[20] == 1)
        #expect(confidences[21...].allSatisfy { $0 > 0.75 })
        #expect(confidences[19] > 0.75, "carried back from frame 20")
    }
}
