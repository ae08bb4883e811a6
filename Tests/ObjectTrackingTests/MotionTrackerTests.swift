import Foundation
import Imaging
import Masks
import Media
import ObjectTracking
import TestSupport
import Testing

/// If these fail, `damvideo caption clip.mp4` misses what moves, or describes what does not.
@Suite(.serialized) struct MotionTrackerTests {
    /// - Parameter part: frames that count; nil for all.
    private func found(_ scene: SyntheticScene, part: Range<Int>? = nil) throws -> PropagatedMasks {
        try scene.withClip { path in
            let clip = try VideoClip(path: path), rate = clip.info.frameRate
            let span = part.flatMap { TimeSpan(start: Double($0.lowerBound) / rate, duration: Double($0.count) / rate) }
            let objects = try GivenObjects(.motion, settings: MaskSettings(), clip: clip, name: path)
            return try ObjectTracker(nil, separatesObjects: true, featureBytes: 0).follow(objects, in: clip, span: span) { _ in }
        }
    }

    @Test func anObjectThatCrossesIsFoundFromItsFirstFrameToItsLast() throws {
        let scene = SyntheticScene { .init(x: 50 + 6 * Double($0), y: 90) }
        let masks = try found(scene)
        #expect(masks.tracks.map(\.id) == [.number(1)])
        #expect(masks.tracks.first?.visibleFrames == Array(0..<24))
        #expect(try RegionSimilarity(masks, reference: SceneMasks(scene)) { _, _ in false }.mean > 0.85)
        #expect(masks.notes.isEmpty)
    }

    /// It is seen in one place for most of the clip, and the place before it came.
    @Test func anObjectThatStopsIsNotTakenForBackground() throws {
        let scene = SyntheticScene { .init(x: 40 + 14 * min(Double($0), 8), y: 90) }
        let masks = try found(scene)
        #expect(masks.tracks.count == 1)
        #expect(masks.tracks.first?.lastFrame == 23)
        #expect(try RegionSimilarity(masks, reference: SceneMasks(scene)) { _, _ in false }.mean > 0.8)
    }

    /// Their places touch, and one of them shows the background when the other does not.
    @Test func anObjectThatStopsWhereAnotherOneWasBesideIsNotTakenForBackground() throws {
        var scene = SyntheticScene { .init(x: -26 + 13 * min(Double($0), 12), y: 90) }
        scene.post = { frame in
            let way = 20 * Double(max(0, frame - 5))
            return frame < 10 ? 148 + way...200 + way : nil
        }
        let masks = try found(scene), object = try #require(masks.tracks.last)
        #expect(masks.tracks.count == 2)
        let last = try #require(try masks.storedMask(of: object.id, at: 23)), truth = try #require(StoredMask(scene.mask(at: 23)))
        #expect(last.similarity(to: truth) > 0.9)
    }

    /// Regions are smoothed and closed to be linked; masks are not larger than the object for it.
    @Test func masksOfASmallObjectHaveItsOutline() throws {
        var scene = SyntheticScene { .init(x: 30 + 8 * Double($0), y: 90) }
        scene.radius = (x: 6, y: 8)
        #expect(try RegionSimilarity(try found(scene), reference: SceneMasks(scene)) { _, _ in false }.mean > 0.95)
    }

    /// The place that it leaves is background, not an object that stays.
    @Test func anObjectThatLeavesItsPlaceLeavesNoGhost() throws {
        let scene = SyntheticScene { .init(x: 60 + 14 * max(Double($0) - 12, 0), y: 90) }
        let masks = try found(scene)
        #expect(masks.tracks.count == 1)
        #expect(try RegionSimilarity(masks, reference: SceneMasks(scene)) { _, _ in false }.mean > 0.8)
    }

    /// Its first place is covered early and late, and seen only between.
    @Test func anObjectThatTurnsBackIsNotTakenForBackground() throws {
        let scene = SyntheticScene { .init(x: 60 + 9 * min(Double($0), 23 - Double($0)), y: 90) }
        let masks = try found(scene)
        #expect(masks.tracks.count == 1)
        #expect(try RegionSimilarity(masks, reference: SceneMasks(scene)) { _, _ in false }.mean > 0.8)
    }

    /// No frame shows them apart; their outline and their colours do.
    @Test func twoThatGoSideBySideAreTwoObjects() throws {
        var scene = SyntheticScene { .init(x: 40 + 6 * Double($0), y: 90) }
        scene.radius = (x: 12, y: 30)
        scene.companion = 22
        let masks = try found(scene)
        #expect(masks.tracks.map(\.visibleFrames) == [Array(0..<24), Array(0..<24)])
        #expect(try RegionSimilarity(masks, reference: SceneMasks(scene)) { _, _ in false }.mean > 0.8)
    }

    /// A neck alone does not make two: a dog has one.
    @Test func oneOfOneColourWithANeckIsOneObject() throws {
        var scene = SyntheticScene { .init(x: 40 + 6 * Double($0), y: 90) }
        scene.radius = (x: 12, y: 30)
        scene.companion = 22
        scene.weather = { _, _, _, colour in colour.z > colour.x + 30 ? SIMD3(190, 110, 65) : colour }
        #expect(try found(scene).tracks.count == 1)
    }

    /// A dark picture with the noise of a sensor at night.
    @Test func anObjectIsFoundInANoisyPicture() throws {
        var scene = SyntheticScene { .init(x: 50 + 6 * Double($0), y: 90) }
        scene.weather = { frame, column, row, colour in
            0.7 * colour + 20 * ((0..<4).map { Self.random(frame, column, row, $0) }.reduce(0, +) - 2) * SIMD3(1, 1, 1)
        }
        let masks = try found(scene)
        #expect(masks.tracks.count == 1)
        #expect(try RegionSimilarity(masks, reference: SceneMasks(scene)) { _, _ in false }.mean > 0.7)
    }

    @Test func aLightThatGoesOnIsNoObject() throws {
        var scene = SyntheticScene { .init(x: 50 + 6 * Double($0), y: 90) }
        scene.weather = { frame, _, _, colour in frame < 12 ? 0.7 * colour : colour }
        let masks = try found(scene)
        #expect(masks.tracks.count == 1)
        #expect(try RegionSimilarity(masks, reference: SceneMasks(scene)) { _, _ in false }.mean > 0.7)
    }

    @Test func rainIsNoObject() throws {
        var scene = SyntheticScene { .init(x: 50 + 6 * Double($0), y: 90) }
        scene.weather = { frame, column, row, colour in
            Self.random(frame, column / 2, row / 14, 9) < 0.03 ? 0.5 * colour + SIMD3(110, 110, 115) : colour
        }
        let masks = try found(scene)
        #expect(masks.tracks.count == 1)
        #expect(try RegionSimilarity(masks, reference: SceneMasks(scene)) { _, _ in false }.mean > 0.7)
    }

    /// A number between 0 and 1 for a place, the same in every run.
    private static func random(_ frame: Int, _ column: Int, _ row: Int, _ turn: Int) -> Double {
        var random = SeededGenerator(seed: UInt64((frame * 4096 + row) * 4096 + column) &* 16 &+ UInt64(turn))
        return Double(random.next() >> 11) / Double(1 << 53)
    }

    /// All through the part that counts it covers a place, which is seen before and after.
    @Test func theSceneIsKnownFromOutsideThePartThatCounts() throws {
        var scene = SyntheticScene { frame in
            .init(x: frame < 12 ? 14 * Double(frame) - 70 : 98 + 1.4 * min(Double(frame - 12), 24) + 14 * max(Double(frame - 36), 0), y: 90)
        }
        scene.frames = 48
        let masks = try found(scene, part: 12..<36)
        #expect(masks.tracks.count == 1 && masks.tracks.first?.visibleFrames == Array(12..<36))
        #expect(try RegionSimilarity(masks, reference: SceneMasks(scene)) { _, frame in !(12..<36).contains(frame) }.mean > 0.85)
    }

    /// Hours in which nothing moves are looked through once, and not carried through twice more.
    @Test func onlyPartsInWhichObjectsMayBeCarriedAreReadAgain() {
        #expect(CarriedStretches([], in: 0..<1000).ranges.isEmpty)
        #expect(CarriedStretches([900...1200, -20...40, 30...100], in: 0..<1000).ranges == [0..<133, 868..<1000])
        #expect(CarriedStretches([100...200, 392...400], in: 50..<1000).ranges == [68..<433])
        #expect(CarriedStretches([100...200, 393...400], in: 50..<1000).ranges == [68..<233, 361..<433])
        #expect(CarriedStretches([2000...2100], in: 0..<1000).ranges.isEmpty)
    }

    @Test func aSceneInWhichNothingMovesHasNoObjects() throws {
        let masks = try found(SyntheticScene { _ in .init(x: -100, y: 90) })
        #expect(masks.tracks.isEmpty)
        #expect(masks.notes.count == 1 && masks.notes[0].hasSuffix("found nothing that moves"))
    }

    @Test func aCameraThatMovesIsRefused() throws {
        var scene = SyntheticScene { .init(x: 120 + 4 * Double($0), y: 90) }
        scene.camera = { (x: 6 * Double($0), y: 2 * Double($0), scale: 1) }
        let error = try #require(throws: InputError.self) { try found(scene) }
        #expect(error.category == .invalid && "\(error)".contains("found a camera that moves"))
    }

    @Test func threeFramesAreTooFew() throws {
        var scene = SyntheticScene { .init(x: 60 + 20 * Double($0), y: 90) }
        scene.frames = 3
        let error = try #require(throws: InputError.self) { try found(scene) }
        #expect(error.category == .invalid && "\(error)".contains("found 3 frames"))
    }

    /// A cut in the middle: what is before it is another object than what is behind it.
    @Test func noObjectIsFollowedAcrossACut() throws {
        var scene = SyntheticScene { frame in
            frame < 12 ? .init(x: 40 + 10 * Double(frame), y: 90) : .init(x: 2080 + 10 * Double(frame - 12), y: 90)
        }
        scene.camera = { (x: $0 < 12 ? 0 : 2000, y: 0, scale: 1) }
        let masks = try found(scene)
        #expect(masks.notes.contains { $0.contains("the view changes 1 time") })
        #expect(masks.tracks.count == 2)
        #expect(masks.tracks.allSatisfy { $0.lastFrame < 12 || $0.firstFrame >= 12 })
    }

    @Test func aClipThatIsReadOnceIsRefusedBeforeItIsRead() throws {
        let scene = SyntheticScene { .init(x: 60 + 4 * Double($0), y: 90) }
        try scene.withClip { path in
            let pipe = try #require(FileHandle(forReadingAtPath: path))
            let clip = try VideoClip(descriptor: pipe.fileDescriptor)
            let error = try #require(throws: InputError.self) {
                try GivenObjects(.motion, settings: MaskSettings(), clip: clip, name: "-")
            }
            #expect(error.category == .usage && "\(error)".contains("read only once"))
        }
    }

    /// Five people of a real clip; the sixth that moves there is not annotated.
    @Test func peopleInACourtyardAreFound() throws {
        let (masks, best) = try found(clip: Courtyard.clip, masks: Courtyard.masks)
        #expect(best.values.allSatisfy { $0.j > 0.7 })
        #expect(Set(best.values.map(\.id)).count == 5 && masks.tracks.count <= 6)
    }

    /// Somebody who stops half behind a hedge, for most of the clip: what is seen there last is no background.
    @Test func somebodyWhoStopsHalfBehindAHedgeIsNotTakenForBackground() throws {
        let scene = Fixtures.sample("scenes/clips/600006")
        let (_, best) = try found(clip: scene + "/clip.mp4", masks: scene + "/masks")
        #expect(try #require(best[.number(3)]).j > 0.7)
    }

    /// The tracks that are found in a clip, and for each true one the found one that fits best, with its mean J.
    private func found(clip path: String, masks truthPath: String) throws -> (PropagatedMasks, [TrackID: (id: TrackID, j: Double)]) {
        let clip = try VideoClip(path: path)
        let objects = try GivenObjects(.motion, settings: MaskSettings(), clip: clip, name: "clip")
        let masks = try ObjectTracker(nil, separatesObjects: true, featureBytes: 0).follow(objects, in: clip, span: nil) { _ in }
        let truth = try MaskSources.open(truthPath)
        let best = try truth.tracks.map { track in
            let scores = try masks.tracks.map { candidate in
                let shared = try track.appearances.map { place -> Double in
                    guard candidate.appearance(at: place.frame) != nil,
                        let one = try truth.storedMask(of: track.id, at: place.frame),
                        let other = try masks.storedMask(of: candidate.id, at: place.frame)
                    else { return 0 }
                    let common = one.commonPixels(with: other)
                    return Double(common) / Double(one.area + other.area - common)
                }
                return (id: candidate.id, j: shared.reduce(0, +) / Double(shared.count))
            }
            return (track.id, try #require(scores.max { $0.j < $1.j }))
        }
        return (masks, Dictionary(uniqueKeysWithValues: best))
    }
}
