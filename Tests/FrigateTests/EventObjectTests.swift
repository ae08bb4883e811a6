import DAMVideo
import Foundation
import Imaging
import Masks
import Media
import ObjectTracking
import TestSupport
import Testing

@testable import Frigate

/// If these fail, a description is about something other than the event's object.
struct EventObjectTests {
    /// Second 0 of the recording, in seconds since 1970.
    private static let zero = 5000.0

    /// A clip of the street between two times.
    private func clip(
        _ folder: URL, from start: Double = 0, to end: Double = DrawnStreet.length, isStill: Bool = false
    ) throws -> VideoClip {
        let path = folder.path + "/clip.mp4"
        let encoder = try VideoEncoder(
            path: path, size: PictureSize(width: DrawnStreet.width, height: DrawnStreet.height), frameRate: DrawnStreet.rate)
        for time in DrawnStreet.times(from: start, to: end) {
            let pixels = DrawnStreet.picture(at: isStill ? 2 : time)
            try encoder.add(RGBImage(width: DrawnStreet.width, height: DrawnStreet.height, pixels: pixels), time: time - start)
        }
        try encoder.finish()
        return try VideoClip(path: path)
    }

    private func event(
        _ shape: DrawnStreet.Shape, boxAt time: Double, from start: Double = 0, to end: Double = DrawnStreet.length, hasTime: Bool = true,
        hasPath: Bool = true
    ) throws -> FrigateEvent {
        var data: [String: Any] = ["box": shape.box(at: time)]
        if hasTime { data["snapshot_frame_time"] = Self.zero + time }
        if hasPath { data["path_data"] = shape.path(from: Self.zero).map { [[$0[0], $0[1]], $0[2]] as [Any] } }
        return try #require(FrigateEvent([
            "id": "a", "camera": "front", "label": "person", "start_time": Self.zero + start, "end_time": Self.zero + end, "has_clip": 1,
            "data": data,
        ] as [String: Any]))
    }

    private func find(
        _ event: FrigateEvent, _ clip: VideoClip, _ folder: URL, window: Double = 60, alignment: ClipAlignment? = nil,
        usesModel: Bool = false
    ) throws -> EventObject.Found {
        let length = try #require(try clip.length())
        let object = EventObject(event: event, clip: clip, path: clip.path, window: window)
        return try object.find(
            BoxMoment(event), ClipTimes(event, end: try #require(event.end), duration: length, alignment: alignment), length: length,
            usesModel: usesModel, folder: folder.path) { _ in }
    }

    /// Mean J of the object's masks with the drawn shape, over frames where it is completely visible.
    private func similarity(_ found: EventObject.Found, _ shape: DrawnStreet.Shape, from start: Double = 0) throws -> Double {
        guard case .masks(let path, _) = found.source else { return 0 }
        let masks = try MaskSources.open(path, settings: MaskSettings())
        let track = try masks.track(found.track), frames = track.visibleFrames.filter { frame in
            let middle = shape.middle(at: start + Double(frame) / DrawnStreet.rate)
            return (40...280).contains(middle.x)
        }
        #expect(frames.count >= 20, "\(frames.count)")
        let scores = try frames.map { frame in
            let pixels = shape.pixels(at: start + Double(frame) / DrawnStreet.rate)
            let truth = Mask(width: DrawnStreet.width, height: DrawnStreet.height, pixels: pixels)
            return RegionSimilarity.score(try masks.mask(of: track.id, at: frame), truth)
        }
        return scores.reduce(0, +) / Double(scores.count)
    }

    @Test(arguments: DrawnStreet.Shape.allCases)
    func theBoxsObjectIsFound(_ shape: DrawnStreet.Shape) throws {
        try withTemporaryDirectory { folder in
            let clip = try clip(folder), found = try find(event(shape, boxAt: 2.5), clip, folder)
            #expect(found.isFollowed && found.notes.isEmpty && found.part == ClipPart())
            let score = try similarity(found, shape)
            #expect(score > 0.85, "\(score)")
        }
    }

    /// Frigate's recording begins at the keyframe before the event, so that everything is two seconds later in the clip.
    @Test func aClipThatBeginsEarlierIsAlignedAtItsEnd() throws {
        try withTemporaryDirectory { folder in
            let found = try find(event(.red, boxAt: 3, from: 2), clip(folder), folder)
            #expect(found.notes == ["the clip is 2.0 s longer than its event: taken as ending with it"])
            let score = try similarity(found, .red)
            #expect(score > 0.85, "\(score)")
        }
    }

    /// Motion in the box shows that this clip is longer at its end.
    @Test func aClipThatEndsLaterIsAlignedAtItsStart() throws {
        try withTemporaryDirectory { folder in
            let found = try find(event(.red, boxAt: 2, to: 3.5), clip(folder), folder)
            #expect(found.notes == ["the clip is 2.5 s longer than its event: taken as beginning with it"])
            #expect(try similarity(found, .red) > 0.85)
        }
    }

    @Test func aClipThatLacksAPartIsAlignedByMotionOrRefused() throws {
        try withTemporaryDirectory { folder in
            let found = try find(event(.blue, boxAt: 2.5), clip(folder, from: 1.5), folder)
            #expect(found.notes == ["the clip is 1.5 s shorter than its event: taken as ending with it"])
            #expect(try similarity(found, .blue, from: 1.5) > 0.85)
        }
        try withTemporaryDirectory { folder in
            let still = try clip(folder, from: 1.5, isStill: true), box = try event(.blue, boxAt: 2.5)
            let error = #expect(throws: InputError.self) { try find(box, still, folder) }
            #expect(error?.description == "found a clip 1.5 s shorter than its event, which may lack its end or its start, and nothing "
                + "moving in the box shows which, expected --clip-align start or --clip-align end")
            let found = try find(box, still, folder, alignment: .end)
            guard case .regions(let regions) = found.source else { Issue.record("\(found)"); return }
            #expect(regions.map(\.frame) == [10] && found.notes == ["nothing moves at the box: the box itself is tracked"])
        }
    }

    @Test func aTimeOutsideTheClipIsAnError() throws {
        try withTemporaryDirectory { folder in
            let short = try clip(folder, to: 2)
            let error = #expect(throws: InputError.self) { try find(event(.red, boxAt: 5), short, folder, alignment: .start) }
            #expect(error?.description == "found a clip of 2.0 s, expected one that covers the object's box, 5.0 s after the event's start")
        }
    }

    @Test func onlyTheTimeAroundTheBoxIsUsed() throws {
        try withTemporaryDirectory { folder in
            let found = try find(event(.red, boxAt: 3), clip(folder), folder, window: 3)
            #expect(found.part == ClipPart(start: 1.5, duration: 3) && found.isFollowed)
        }
    }

    @Test func samIsPromptedWithTheBoxOnItsFrame() throws {
        try withTemporaryDirectory { folder in
            let found = try find(event(.red, boxAt: 2.5), clip(folder), folder, usesModel: true)
            let middle = DrawnStreet.Shape.red.middle(at: 2.5)
            guard case .prompts(let prompts) = found.source, let box = prompts.first?.region.box else { Issue.record("\(found)"); return }
            #expect(prompts.count == 1 && prompts[0].frame == 25)
            #expect(abs(box.left + box.width / 2 - Int(middle.x)) <= 1 && abs(box.top + box.height / 2 - Int(middle.y)) <= 1)
        }
    }

    @Test func theTimeIsThatOfTheSnapshotIfThePathAgrees() throws {
        #expect(try BoxMoment(event(.red, boxAt: 2.5)).time == 5002.5 && BoxMoment(event(.red, boxAt: 2.5)).note == nil)
        #expect(try BoxMoment(event(.red, boxAt: 2.5, hasPath: false)).time == 5002.5)
        // Without a time the path decides.
        let untold = try BoxMoment(event(.red, boxAt: 2.5, hasTime: false))
        #expect(untold.time == 5002.5)
        #expect(untold.note == "found no time of the box: taken as the time when the object's path is there, 2.5 s after the event's start")
        // The path is elsewhere at the snapshot's time.
        let other = try #require(FrigateEvent([
            "id": "a", "camera": "c", "label": "l", "start_time": 5000.0, "end_time": 5006.0, "data": [
                "box": DrawnStreet.Shape.red.box(at: 1), "snapshot_frame_time": 5005.0,
                "path_data": DrawnStreet.Shape.red.path(from: 5000).map { [[$0[0], $0[1]], $0[2]] as [Any] },
            ] as [String: Any],
        ] as [String: Any]))
        #expect(try BoxMoment(other).time == 5001)
        #expect(try BoxMoment(other).note?.hasPrefix("found a box off the object's path at its time: ") == true)
        let neither = #expect(throws: InputError.self) { try BoxMoment(event(.red, boxAt: 2.5, hasTime: false, hasPath: false)) }
        #expect(neither?.found == "neither the time of the box nor a path of the object")
    }

    @Test func incompleteEventsAreRead() throws {
        let base: [String: Any] = ["id": "a", "camera": "c", "label": "l", "start_time": 5]
        #expect(FrigateEvent([1, 2]) == nil && FrigateEvent(["id": "a"]) == nil && FrigateEvent(base.merging(["id": ".."]) { $1 }) == nil)
        let plain = try #require(FrigateEvent(base))
        #expect(plain.end == nil && plain.box == nil && plain.path == nil && plain.start == 5)
        for box in [[0, 0, 0, 1], [0, 0, 1], [2, 0, 1, 1], "x", [0, 0, 1, 1e300]] as [Any] {
            #expect(FrigateEvent(base.merging(["data": ["box": box]]) { $1 })?.box == nil, "\(box)")
        }
        let data: [String: Any] = ["box": [0.99, 0.5, 0.5, 0.6], "description": " ", "path_data": [[[1, 2], 9], [[1, 2], 3], [1], "x"]]
        let event = try #require(FrigateEvent(base.merging(["data": data, "end_time": NSNull()]) { $1 }))
        #expect(event.description == nil && event.path?.map(\.time) == [3, 9])
        #expect(event.box?.pixels(in: PictureSize(width: 100, height: 50)) == BoundingBox(left: 99, top: 25, width: 1, height: 25))
    }
}
