import Foundation
import Imaging
import MaskTracking
import TestSupport
import Testing
import VideoDecoding

/// If these fail, captions of clips with few masks describe the wrong pixels.
@Suite(.serialized) struct MaskPropagatorTests {
    /// J of each frame without a given mask, and what was propagated.
    private func run(_ scene: SyntheticScene, from frames: Set<Int>) throws -> (mean: Double, masks: PropagatedMasks, truth: SceneMasks) {
        let truth = SceneMasks(scene)
        let masks = try scene.withClip { try MaskPropagator().propagate(clip: $0, masks: truth, frames: frames) }
        let score = try RegionSimilarity(masks, reference: truth, excluding: frames)
        print("J \(score.mean) from frames \(frames.sorted())")
        return (score.mean, masks, truth)
    }

    private let crossing = SyntheticScene { .init(x: 50 + 5 * Double($0), y: 90) }

    @Test func anObjectThatCrossesTheSceneIsFollowed() throws {
        #expect(try run(crossing, from: [0]).mean > 0.9)
    }

    @Test func masksAreCarriedBackwardsToo() throws {
        let result = try run(crossing, from: [20])
        #expect(result.mean > 0.9)
        #expect(result.masks.tracks[0].visibleFrames == Array(0..<24))
        #expect(result.masks.isGiven(20) && !result.masks.isGiven(19))
        #expect(result.masks.confidence(of: .number(1), at: 20) == 1)
        #expect(result.masks.confidence(of: .number(1), at: 19) > 0.5)
        #expect(try result.masks.mask(of: .number(1), at: 20) == result.truth.mask(of: .number(1), at: 20))
    }

    @Test func anObjectThatComesCloserGrows() throws {
        let scene = SyntheticScene { .init(x: 120 + Double($0), y: 88, scale: 0.7 + 0.04 * Double($0)) }
        #expect(try run(scene, from: [0]).mean > 0.88)
    }

    /// No pixel of the picture keeps its place here.
    @Test func aMovingCameraDoesNotMatter() throws {
        var scene = SyntheticScene { .init(x: 120 + 4 * Double($0), y: 90 + 10 * sin(Double($0) / 4)) }
        scene.camera = { (x: 7 * Double($0), y: 3 * cos(Double($0) / 3), scale: 1 + 0.01 * Double($0)) }
        #expect(try run(scene, from: [0]).mean > 0.9)
    }

    @Test func whatIsHiddenPausesAndIsTakenUpAgain() throws {
        var scene = SyntheticScene { .init(x: 50 + 5 * Double($0), y: 90) }
        scene.frames = 34
        scene.radius = (14, 20)
        scene.bar = 105...145
        let (mean, masks, truth) = try run(scene, from: [0])
        let hidden = (0..<34).filter { truth.tracks[0].appearance(at: $0) == nil }
        #expect(hidden.count >= 2)
        for frame in hidden { #expect(masks.tracks[0].appearance(at: frame) == nil, "frame \(frame)") }
        #expect(masks.tracks[0].appearance(at: 33) != nil)
        #expect(mean > 0.7)
    }

    @Test func anObjectThatLeavesEndsItsTrack() throws {
        let scene = SyntheticScene { .init(x: 150 + 9 * Double($0), y: 90) }
        let (mean, masks, truth) = try run(scene, from: [0])
        #expect(masks.tracks[0].lastFrame <= truth.tracks[0].lastFrame + 1)
        #expect(mean > 0.85)
    }

    /// The object jumps between frames 11 and 12: from one side nobody can follow.
    @Test func twoAnnotatedFramesAreBetterThanOne() throws {
        let scene = SyntheticScene { .init(x: $0 < 12 ? 50 + Double($0) : 190 - Double($0), y: $0 < 12 ? 60 : 120) }
        let one = try run(scene, from: [0]).mean, two = try run(scene, from: [0, 23]).mean
        #expect(two > 0.9)
        #expect(two > one + 0.2)
    }

    /// Few masks are carried on; a mask on every fourth frame, as in SA-V, is enough to sample from.
    @Test func fewMasksNeedPropagation() throws {
        func isNeeded(_ frames: [Int], of count: Int) throws -> Bool {
            let regions = frames.map {
                DrawnRegions.Region(.box(BoundingBox(left: 0, top: 0, width: 2, height: 2)), frame: $0)
            }
            let masks = try DrawnRegions(regions, path: "clip", size: PictureSize(width: 4, height: 4))
            return MaskPropagator.isNeeded(for: masks, frameCount: count)
        }
        #expect(try isNeeded([0], of: 60))
        #expect(try isNeeded([59], of: 60))
        #expect(try isNeeded([0, 20, 40], of: 60))
        #expect(try !isNeeded(Array(0..<60), of: 60))
        #expect(try !isNeeded(Array(stride(from: 0, to: 60, by: 4)), of: 60))
        #expect(try !isNeeded([0], of: 5))
        #expect(try !isNeeded(Array(0..<60), of: 20))
    }

    @Test func theSameTwice() throws {
        let first = try run(crossing, from: [3]), second = try run(crossing, from: [3])
        for frame in 0..<24 {
            #expect(try first.masks.mask(of: .number(1), at: frame) == second.masks.mask(of: .number(1), at: frame))
        }
    }

    /// Plain flow warping reaches 0.44 here.
    @Test func courtyardFromItsFirstFrame() throws {
        let given = try LabelFolderReader(path: Fixtures.sample("courtyard/masks"))
        let masks = try MaskPropagator().propagate(
            clip: Fixtures.sample("courtyard/clip.mp4"), masks: given, frames: [0])
        let score = try RegionSimilarity(masks, reference: given, excluding: [0])
        print("courtyard J", score.mean, score.tracks.map(\.mean))
        #expect(score.mean > 0.78)
        #expect(score.tracks.allSatisfy { $0.mean > 0.7 && $0.frames == 59 })
        var taken = [Int](repeating: 0, count: 768 * 576)
        for track in masks.tracks where track.appearance(at: 40) != nil {
            for (place, value) in try masks.mask(of: track.id, at: 40).pixels.enumerated() { taken[place] += Int(value) }
        }
        #expect(taken.max() == 1, "no pixel belongs to two tracks")
    }
}
