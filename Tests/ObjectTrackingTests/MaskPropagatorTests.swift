import Foundation
import Imaging
import Masks
import Media
import ObjectTracking
import Parallelism
import TestSupport
import Testing

/// If these fail, captions of clips with few masks describe the wrong pixels.
@Suite(.serialized) struct MaskPropagatorTests {
    /// J of each frame without a given mask, and what was propagated.
    private func run(_ scene: SyntheticScene, from frames: Set<Int>) throws -> (mean: Double, masks: PropagatedMasks, truth: SceneMasks) {
        let truth = SceneMasks(scene)
        let masks = try scene.withClip { try MaskPropagator().propagate(clip: VideoClip(path: $0), masks: truth, frames: frames) }
        let score = try RegionSimilarity(masks, reference: truth) { frames.contains($1) }
        return (score.mean, masks, truth)
    }

    private let crossing = SyntheticScene { .init(x: 50 + 5 * Double($0), y: 90) }

    @Test func anObjectThatCrossesTheSceneIsFollowed() throws {
        #expect(try run(crossing, from: [0]).mean > 0.9)
    }

    @Test func masksArePropagatedBackwardsToo() throws {
        let result = try run(crossing, from: [20])
        #expect(result.mean > 0.9)
        #expect(result.masks.tracks[0].visibleFrames == Array(0..<24))
        #expect(result.masks.isGiven(.number(1), at: 20) && !result.masks.isGiven(.number(1), at: 19))
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

    /// Half as wide as the picture, bending, growing and turning with the view: what an animal close to a moving camera does.
    @Test func aLargeObjectThatBendsIsFollowed() throws {
        var scene = SyntheticScene { .init(x: 150 + 6 * Double($0), y: 90, scale: 1 + 0.2 * sin(Double($0) / 6)) }
        scene.radius = (48, 64)
        scene.bend = { 14 * sin(Double($0) / 3) }
        scene.camera = { (x: 30 + 6 * Double($0), y: 4 * sin(Double($0) / 2), scale: 1 + 0.05 * sin(Double($0) / 5)) }
        #expect(try run(scene, from: [0]).mean > 0.9)
    }

    @Test func anObjectThatComesBackIsTakenUp() throws {
        let scene = SyntheticScene { .init(x: 214 + 60 * sin(Double($0) / 5), y: 90) }
        let (mean, masks, truth) = try run(scene, from: [0])
        #expect(truth.tracks[0].visibleFrames.count < 24 && truth.tracks[0].lastFrame == 23)
        #expect(masks.tracks[0].appearance(at: 23) != nil)
        #expect(mean > 0.75)
    }

    @Test func aHiddenObjectPausesAndIsTakenUpAgain() throws {
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

    /// The object jumps between frames 11 and 12: it cannot be followed from one side.
    @Test func twoAnnotatedFramesAreBetterThanOne() throws {
        let scene = SyntheticScene { .init(x: $0 < 12 ? 50 + Double($0) : 190 - Double($0), y: $0 < 12 ? 60 : 120) }
        let one = try run(scene, from: [0]).mean, two = try run(scene, from: [0, 23]).mean
        #expect(two > 0.9)
        #expect(two > one + 0.2)
    }

    /// Frames annotated for another object say nothing of this one; an annotation without a mask says it is gone.
    @Test func eachTrackIsPropagatedThroughTheOthersAnnotations() throws {
        var scene = crossing
        scene.bar = 200...223
        let truth = SceneMasks(scene), size = truth.size
        let patch = Mask(BoundingBox(left: 200, top: 0, width: 24, height: size.height), in: size)
        let start = try truth.mask(of: .number(1), at: 0)
        let given = DrawnMasks(size: size, [1: [0: start, 16: nil], 2: [6: patch, 12: patch, 20: patch]])
        let masks = try scene.withClip { try MaskPropagator().propagate(clip: VideoClip(path: $0), masks: given) }
        let first = masks.tracks[0], second = masks.tracks[1]
        #expect(first.visibleFrames == Array(0..<16))
        #expect(second.visibleFrames == Array(0..<24))
        for frame in 1..<16 {
            let score = RegionSimilarity.score(try masks.mask(of: first.id, at: frame), try truth.mask(of: .number(1), at: frame))
            #expect(score > 0.85, "frame \(frame)")
        }
        #expect((0..<24).filter { masks.isGiven(first.id, at: $0) } == [0, 16])
        #expect((0..<24).filter { masks.isGiven(second.id, at: $0) } == [6, 12, 20])
        #expect(try masks.mask(of: second.id, at: 12) == patch)
    }

    /// A mask given for one object where another was propagated to: no pixel belongs to both.
    @Test func givenMasksTakeTheirPixels() throws {
        let truth = SceneMasks(crossing), size = truth.size
        let half = try truth.mask(of: .number(1), at: 8)
        let box = try #require(half.boundingBox)
        let left = Mask(BoundingBox(left: box.left, top: box.top, width: box.width / 2, height: box.height), in: size)
        let given = DrawnMasks(size: size, [1: [0: try truth.mask(of: .number(1), at: 0)], 2: [8: left]])
        let masks = try crossing.withClip { try MaskPropagator().propagate(clip: VideoClip(path: $0), masks: given) }
        let one = try masks.mask(of: .number(1), at: 8)
        #expect(zip(one.pixels, left.pixels).allSatisfy { $0 & $1 == 0 })
        #expect(one.area > half.area / 4)
    }

    /// Few masks are propagated; a mask on every fourth frame, as in SA-V, is enough to sample from.
    @Test func fewMasksNeedPropagation() {
        func isNeeded(_ frames: [Int], of count: Int) -> Bool {
            let size = PictureSize(width: 4, height: 4)
            let mask = Mask(BoundingBox(left: 0, top: 0, width: 2, height: 2), in: size)
            let masks = DrawnMasks(
                size: size,
                [
                    1: Dictionary(uniqueKeysWithValues: frames.map { ($0, mask) }),
                    2: Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, mask) }),
                ])
            return MaskPropagator.isNeeded(for: .number(1), of: masks, in: 0..<count)
        }
        #expect(isNeeded([0], of: 60))
        #expect(isNeeded([59], of: 60))
        #expect(isNeeded([0, 20, 40], of: 60))
        #expect(!isNeeded(Array(0..<60), of: 60))
        #expect(!isNeeded(Array(stride(from: 0, to: 60, by: 4)), of: 60))
        #expect(!isNeeded([0], of: 5))
        #expect(!isNeeded(Array(0..<60), of: 20))
    }

    @Test func theSameTwice() throws {
        let first = try run(crossing, from: [3]), second = try run(crossing, from: [3])
        for frame in 0..<24 {
            #expect(try first.masks.mask(of: .number(1), at: frame) == second.masks.mask(of: .number(1), at: frame))
        }
    }

    @Test func theSameOnAnyNumberOfThreads() throws {
        let limit = Parallel.threadLimit
        defer { Parallel.threadLimit = limit }
        let results = try [1, 2, 4].map { threads in
            Parallel.threadLimit = threads
            return try run(turning, from: [0]).masks
        }
        for frame in 0..<turning.frames {
            let masks = try results.map { try $0.mask(of: .number(1), at: frame) }
            #expect(masks[0] == masks[1] && masks[0] == masks[2], "\(frame)")
            let confidences = results.map { $0.confidence(of: .number(1), at: frame) }
            #expect(confidences[0] == confidences[1] && confidences[0] == confidences[2], "\(frame)")
        }
    }

    /// An object of two sides before a moving camera: layers, colours by place and background all count.
    private var turning: SyntheticScene {
        var scene = SyntheticScene { .init(x: 60 + 5 * Double($0), y: 90) }
        scene.camera = { (x: 3 * Double($0), y: 0, scale: 1) }
        (scene.hasOtherSide, scene.frames) = (true, 12)
        return scene
    }

    /// Two of one given mask go apart: their common middle is neither's.
    private func partingPair(camera speed: Double) -> SyntheticScene {
        var scene = SyntheticScene { .init(x: 100 - 2.5 * Double($0) + speed * Double($0), y: 90) }
        scene.partner = { .init(x: 138 + 2.5 * Double($0) + speed * Double($0), y: 90) }
        scene.camera = { (x: speed * Double($0), y: 0, scale: 1) }
        return scene
    }

    @Test func bothOfAPairThatPartsAreKept() throws {
        #expect(try run(partingPair(camera: 0), from: [0]).mean > 0.85)
    }

    @Test func bothOfAPairThatPartsAreKeptWhileTheCameraMoves() throws {
        #expect(try run(partingPair(camera: 3), from: [0]).mean > 0.85)
    }

    /// The way back is the same whether its segments are sought in the file, decoded from its start, or read as pictures.
    @Test func backwardsBySeekingIsBackwardsByDecoding() throws {
        let path = Fixtures.sample("courtyard/clip.mp4"), part = TimeSpan(start: 4.8)
        let given = try LabelFolderReader(path: Fixtures.sample("courtyard/masks"))
        func propagated(_ clip: VideoClip) throws -> PropagatedMasks {
            try MaskPropagator().propagate(clip: clip, in: part, masks: given, frames: [59])
        }
        let sought = try propagated(VideoClip(path: path, seekDistance: 0))
        let decoded = try propagated(VideoClip(path: path, seekDistance: nil))
        let stills = try withTemporaryDirectory { folder in
            let frames = try VideoClip(path: path).frames()
            while let frame = try frames.next() {
                let image = try frame.image()
                try Data("P6\n\(image.width) \(image.height)\n255\n".utf8 + image.pixels)
                    .write(to: folder.appending(path: "\(frame.index).ppm"))
            }
            return try propagated(VideoClip(path: folder.path, stillRate: 10))
        }
        #expect(sought.annotatedFrames == Array(48..<60))
        #expect(sought.tracks.map(\.id) == [.number(1), .number(2), .number(3), .number(5)])
        for other in [decoded, stills] {
            #expect(other.tracks == sought.tracks)
            for track in sought.tracks {
                #expect(try other.mask(of: track.id, at: 48) == sought.mask(of: track.id, at: 48))
            }
        }
    }

    /// Longer than a segment of the way back: every frame is there, in order, from the annotated one to the first.
    @Test func longerThanTheFramesHeld() throws {
        var scene = SyntheticScene { .init(x: 60 + 0.5 * Double($0), y: 50 + 10 * sin(Double($0) / 9)) }
        (scene.width, scene.height, scene.frames, scene.radius) = (160, 112, 150, (14, 18))
        let truth = SceneMasks(scene)
        var backward: [Int] = []
        let masks = try scene.withClip {
            try MaskPropagator().propagate(clip: VideoClip(path: $0), masks: truth, frames: [149]) {
                if $0.isBackward { backward.append($0.frame) }
            }
        }
        #expect(backward == (0..<150).reversed())
        #expect(try RegionSimilarity(masks, reference: truth) { $1 == 149 }.mean > 0.85)
    }

    /// Plain flow warping reaches 0.44 here.
    @Test func courtyardFromItsFirstFrame() throws {
        let given = try LabelFolderReader(path: Fixtures.sample("courtyard/masks"))
        let masks = try MaskPropagator().propagate(
            clip: VideoClip(path: Fixtures.sample("courtyard/clip.mp4")), masks: given, frames: [0])
        let score = try RegionSimilarity(masks, reference: given) { $1 == 0 }
        let stated = try PropagationTable().courtyard
        #expect(score.mean >= stated - 0.005, "the table of constants states \(stated)")
        #expect(score.mean >= 0.84, "0.837 with as many cells of colours as before a camera that moves")
        #expect(score.tracks.allSatisfy { $0.mean > 0.7 && $0.frames == 59 })
        let confidences = (1..<60).flatMap { frame in masks.tracks.map { masks.confidence(of: $0.id, at: frame) } }.filter { $0 > 0 }
        #expect(abs(Double(confidences.reduce(0, +)) / Double(confidences.count) - score.mean) < 0.15)
        var taken = [Int](repeating: 0, count: 768 * 576)
        for track in masks.tracks where track.appearance(at: 40) != nil {
            for (place, value) in try masks.mask(of: track.id, at: 40).pixels.enumerated() { taken[place] += Int(value) }
        }
        #expect(taken.max() == 1, "no pixel belongs to two tracks")
    }
}
