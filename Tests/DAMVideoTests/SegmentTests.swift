import DAMVideo
import Foundation
import Imaging
import Masks
import ObjectTracking
import TestSupport
import Testing

/// Parts of tracks on the courtyard clip: if these fail, a part is described from frames outside it, or parts change a track's
/// caption.
struct SegmentTests {
    private static let model = Result { try CaptionModel(directory: Fixtures.model(.damA)) }

    private func caption(
        masks: String = Courtyard.masks, room: Int? = nil, _ change: (inout ClipOptions) -> Void = { _ in },
        events: (CaptionEvent) throws -> Void = { _ in }
    ) throws -> CaptionDocument {
        var options = CaptionOptions(), clipOptions = ClipOptions(), captioner = VideoCaptioner(try Self.model.get())
        (options.generation.maxNewTokens, options.generation.temperature) = (8, 1)
        change(&clipOptions)
        if let room { captioner.cropMemoryLimit = room }
        var document = try captioner.caption(
            clip: Courtyard.clip, masks: masks, options: options, clipOptions: clipOptions, events: events)
        for index in document.tracks.indices {
            document.tracks[index].seconds = 0
            for part in document.tracks[index].segments?.indices ?? 0..<0 { document.tracks[index].segments?[part].seconds = 0 }
        }
        return document
    }

    @Test func eachPartIsDescribedFromItsOwnFrames() throws {
        let document = try caption { $0.segment = .seconds(2) }
        #expect(document.errors.isEmpty && document.tracks.count == 5)
        for track in document.tracks {
            let segments = try #require(track.segments)
            #expect(segments.map(\.firstFrame) == [0, 20, 40])
            #expect(segments.map(\.lastFrame) == [19, 39, track.id == .number(4) ? 56 : 59])
            #expect(segments.reduce(0) { $0 + $1.visibleFrames } == track.visibleFrames)
            for segment in segments {
                let frames = segment.lastFrame - segment.firstFrame
                #expect(segment.sampled.map(\.frame) == (0..<8).map { segment.firstFrame + $0 * frames / 7 })
                #expect(abs(segment.start - Double(segment.firstFrame) / 10) < 1e-9)
                #expect(abs(segment.end - Double(segment.lastFrame) / 10) < 1e-9)
                #expect(segment.usage.promptTokens == track.usage.promptTokens && !segment.caption.isEmpty)
            }
        }
        // The captions of whole tracks equal those without parts, and a part's equals that of the same part of the clip.
        let plain = try caption()
        var wholes = document
        for index in wholes.tracks.indices { wholes.tracks[index].segments = nil }
        #expect(wholes == plain)
        let part = try caption { ($0.part.start, $0.part.duration) = (2, 2) }
        #expect(document.tracks.map { $0.segments?[1].caption } == part.tracks.map(\.caption))
        #expect(document.tracks.map { $0.segments?[1].sampled } == part.tracks.map(\.sampled))
    }

    /// A short track has only its whole caption, and its document is unchanged.
    @Test func shortTracksHaveNoParts() throws {
        for length in [SegmentLength.seconds(4.5), .automatic] {
            let document = try caption { ($0.segment, $0.part.duration) = (length, 3.5) }
            #expect(try document == caption { $0.part.duration = 3.5 })
            #expect(try !String(decoding: CaptionFormat.json.data(document, Self.request), as: UTF8.self).contains("\"segments\""))
        }
    }

    private static let request = ClipRequest(clip: "clip.mp4", masks: "masks")

    /// A frame used by a track and its parts is decoded once, and parts of one track need not be held together.
    @Test func aSmallCropLimitChangesNothing() throws {
        func run(_ room: Int) throws -> (CaptionDocument, decoded: [Int]) {
            var decoded: [Int] = []
            let document = try caption(room: room) { options in
                (options.segment, options.includesMasks, options.tracks) = (.seconds(1), true, [.number(1), .number(4)])
            } events: {
                if case .progress(.decoding, let frame, _) = $0 { decoded.append(frame) }
            }
            return (document, decoded)
        }
        let (whole, once) = try run(256 << 20), (pieces, often) = try run(1)
        #expect(whole == pieces && Set(once).count == once.count && once.count < often.count && Set(once) == Set(often))
        #expect(whole.tracks.allSatisfy { $0.segments?.count == 6 })
    }

    @Test func progressReportsEachPartAndThenTheTrack() throws {
        var parts: [TrackID: [Int]] = [:], finished: [TrackID] = []
        _ = try caption { ($0.segment, $0.tracks) = (.seconds(2), [.number(2), .number(5)]) } events: { event in
            switch event {
            case .progress(.captioned(let position), let done, let total):
                #expect(total == 3 && position.parts == 3 && (1...3).contains(position.part ?? 0))
                #expect(!finished.contains(position.id))
                parts[position.id, default: []].append(done)
            case .finished(let track):
                #expect(parts[track.id] == [1, 2, 3] && track.segments?.count == 3)
                finished.append(track.id)
            default: break
            }
        }
        #expect(finished.sorted() == [.number(2), .number(5)])
    }

    /// Boxes of two tracks over 60 frames.
    /// - Parameter without: frame in which track 2 is absent.
    static func boxes(without gap: Int, in folder: URL) throws -> String {
        let lines = (1...60).flatMap { frame in
            [1, 2].filter { $0 == 1 || frame != gap + 1 }.map { "\(frame),\($0),\(100 * $0 + frame),200,40,90,1,-1,-1,-1" }
        }
        let file = folder.appending(path: "boxes.txt")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        return file.path
    }

    /// With samples from all frames of a part, a frame without the object fails only that part.
    @Test func aFailedPartIsReportedWithItsTimes() throws {
        try withTemporaryDirectory { folder in
            let document = try caption(masks: Self.boxes(without: 26, in: folder)) {
                ($0.segment, $0.sampling, $0.frames) = (.seconds(2), .clip, 4)
            }
            #expect(document.tracks.map { $0.segments?.count } == [3, 2])
            #expect(document.tracks[1].segments?.map(\.firstFrame) == [0, 40])
            var problem = CaptionDocument.Problem(
                track: .number(2), code: "empty_mask", message: "part from 2.0 to 3.9 s: frame 26: the mask has no pixel set")
            (problem.start, problem.end) = (2, 3.9)
            #expect(document.errors == [problem])
            // Without the whole there is no track, and its parts are dropped.
            let none = try caption(masks: Self.boxes(without: 39, in: folder)) {
                ($0.segment, $0.sampling, $0.frames) = (.seconds(2), .clip, 4)
            }
            #expect(none.tracks.map(\.id) == [.number(1)] && none.errors.map(\.message) == ["frame 39: the mask has no pixel set"])
        }
    }

    /// Propagated tracks are cut into parts after propagation.
    @Test func propagatedTracksAreCutAfterwards() throws {
        try withTemporaryDirectory { folder in
            try FileManager.default.copyItem(
                atPath: Courtyard.mask(frame: 30), toPath: folder.appending(path: "00030.png").path)
            let document = try caption(masks: folder.path) { ($0.segment, $0.tracks) = (.seconds(3), [.number(1)]) }
            let segments = try #require(document.tracks.first?.segments)
            #expect(segments.map(\.firstFrame) == [0, 30] && segments.map(\.lastFrame) == [29, 59])
            #expect(segments[0].sampled.allSatisfy { $0.mask == "propagated" })
        }
    }

    /// A dog that turns round is described before and after the turn. Checks facts, not wording; no part where nothing changes.
    @Test func automaticPartsFollowChanges() throws {
        let clip = Fixtures.sample("scenes/clips/600018")
        var options = CaptionOptions(), clipOptions = ClipOptions()
        (options.generation.temperature, clipOptions.segment) = (0, .automatic)
        let document = try VideoCaptioner(CaptionModel(directory: Fixtures.sample("model"))).caption(
            clip: clip + "/clip.mp4", masks: clip + "/masks", options: options, clipOptions: clipOptions)
        for track in document.tracks where track.caption.contains("dog") {
            let segments = try #require(track.segments)
            #expect(segments.count == 2 && abs(segments[1].start - 2.1) < 0.3)
            #expect(segments[0].caption.contains("left") && !segments[0].caption.contains("right"), "\(segments[0].caption)")
            #expect(segments[1].caption.contains("right"), "\(segments[1].caption)")
        }
        #expect(document.tracks.filter { $0.caption.contains("dog") }.count == 2)
        #expect(document.tracks.filter { $0.caption.contains("stops") }.allSatisfy { $0.segments?.count ?? 2 == 2 })
    }

    @Test func plansCountParts() throws {
        let captioner = VideoCaptioner(CaptionEngine(try Self.model.get(), limits: CaptionEngine.Limits(batch: 1)))
        func report(masks: String = Courtyard.masks, _ length: SegmentLength?) throws -> PlanReport {
            var options = ClipOptions()
            options.segment = length
            return captioner.report(try captioner.plan(ClipRequest(clip: Courtyard.clip, masks: masks, options: options)))
        }
        let whole = try report(nil), parts = try report(.seconds(2))
        #expect(whole.tracks.map(\.parts) == [nil, nil, nil, nil, nil] && whole.estimate.captions == 5)
        #expect(parts.tracks.map(\.parts) == [3, 3, 3, 3, 3] && parts.estimate.captions == 20)
        #expect(parts.tracks.map(\.sampled) == whole.tracks.map(\.sampled))
        // Fifteen parts of eight frames: eight planes each.
        #expect(parts.estimate.workingBytes - whole.estimate.workingBytes == 15 * 8 * 8 * 98 * 98)
        try withTemporaryDirectory { folder in
            try FileManager.default.copyItem(
                atPath: Courtyard.mask(frame: 30), toPath: folder.appending(path: "00030.png").path)
            let carried = try report(masks: folder.path, .seconds(2)), open = try report(masks: folder.path, .automatic)
            #expect(carried.tracks.map(\.parts) == [3, 3, 3, 3, 3] && carried.estimate.captions == 20)
            #expect(open.tracks.map(\.parts) == [nil, nil, nil, nil, nil] && open.estimate.captions == 5)
        }
        let error = #expect(throws: InputError.self) { try report(.seconds(0)) }
        #expect(error?.category == .usage)
    }
}
