import DAMVideo
import Foundation
import Imaging
import Masks
import Media
import TestSupport
import Testing

/// Captioning the courtyard clip with a small checkpoint: if these fail, captions or their document are wrong.
struct VideoCaptionerTests {
    private static let model = Result { try CaptionModel(directory: Fixtures.path("goldens/dam-a/model")) }

    private func caption(
        clip: String = Fixtures.sample("courtyard/clip.mp4"), masks: String = Fixtures.sample("courtyard/masks"),
        tokens: Int = 8, seed: UInt64 = 0, _ clipOptions: ClipOptions = ClipOptions(),
        events: (CaptionEvent) throws -> Void = { _ in }
    ) throws -> CaptionDocument {
        var options = CaptionOptions()
        options.generation.maxNewTokens = tokens
        options.generation.seed = seed
        options.generation.temperature = 1
        return try VideoCaptioner(Self.model.get())
            .caption(clip: clip, masks: masks, options: options, clipOptions: clipOptions, events: events)
    }

    @Test func documentMatchesClipAndMasks() throws {
        let document = try caption()
        #expect(document.video.width == 768 && document.video.height == 576)
        #expect(document.video.fps == 10 && document.video.frames == 60 && document.video.duration == 6)
        #expect(document.errors.isEmpty)
        #expect(document.tracks.map(\.id) == (1...5).map(TrackID.number))
        // [frame, left, top, width, height, area] of each mask, read with numpy.
        let data = try Data(contentsOf: URL(filePath: Fixtures.path("masks/courtyard.json")))
        let masks = try JSONDecoder().decode([String: [[Int]]].self, from: data)
        for track in document.tracks {
            let visible = try #require(masks[track.id.description])
            let first = visible[0][0], last = visible[visible.count - 1][0]
            #expect(track.firstFrame == first && track.lastFrame == last && track.visibleFrames == visible.count)
            #expect(abs(track.start - Double(first) / 10) < 1e-9 && abs(track.end - Double(last) / 10) < 1e-9)
            // linspace(0, n - 1, 8), truncated to integers.
            let sampled = (0..<8).map { visible[$0 * (visible.count - 1) / 7] }
            let found = track.sampled.map { [$0.frame, $0.bbox.left, $0.bbox.top, $0.bbox.width, $0.bbox.height, $0.area] }
            #expect(found == sampled)
            #expect(track.sampled.allSatisfy { $0.mask == "given" && abs($0.time - Double($0.frame) / 10) < 1e-9 })
            #expect(!track.caption.isEmpty && track.usage.completionTokens <= 8 && track.usage.promptTokens > 128)
        }
        #expect(document.tracks.map(\.lastFrame) == [59, 59, 59, 56, 59])
    }

    @Test func sameSeedGivesTheSameBytesApartFromTimings() throws {
        func bytes(seed: UInt64) throws -> Data {
            var document = try caption(tokens: 20, seed: seed)
            for index in document.tracks.indices { document.tracks[index].seconds = 0 }
            return try CaptionFormat.json.data(document, ClipRequest(clip: "", masks: ""))
        }
        let first = try bytes(seed: 7), second = try bytes(seed: 7), other = try bytes(seed: 8)
        #expect(first == second && first != other)
    }

    @Test func aTrackAloneGetsTheCaptionItGetsAmongOthers() throws {
        var two = ClipOptions()
        two.tracks = [.number(4), .number(2)]
        let all = try caption(), some = try caption(two)
        #expect(some.tracks.map(\.id) == [.number(2), .number(4)])
        #expect(some.tracks.map(\.caption) == [all.tracks[1].caption, all.tracks[3].caption])
    }

    /// Batched captions equal those made one after another; a failing track does not affect others.
    @Test(arguments: [0.0, 1.2], [FrameSampling.track, .clip])
    func batchedEqualsSequential(temperature: Double, sampling: FrameSampling) throws {
        func caption(_ size: Int?) throws -> CaptionDocument {
            let engine = CaptionEngine(try Self.model.get(), limits: CaptionEngine.Limits(batch: size))
            let captioner = VideoCaptioner(engine)
            var options = CaptionOptions(), clipOptions = ClipOptions()
            (options.generation.temperature, options.generation.maxNewTokens) = (temperature, 30)
            clipOptions.sampling = sampling
            var document = try captioner.caption(
                clip: Fixtures.sample("courtyard/clip.mp4"), masks: Fixtures.sample("courtyard/masks"), options: options,
                clipOptions: clipOptions)
            for index in document.tracks.indices { document.tracks[index].seconds = 0 }
            return document
        }
        let one = try caption(1)
        #expect(one.tracks.count == (sampling == .clip ? 4 : 5))
        for size in [2, 3, 8, nil] { #expect(try caption(size) == one) }
    }

    /// Larger batches would make the machine swap, or kill a container.
    @Test func batchFitsHalfTheFreeMemory() {
        func batch(_ available: Int?) -> Int { EngineMemory.batch(sequence: 700, fixed: 8000, available: available) }
        #expect([nil, 0, 7999, 9399, 9400 + 1400].map(batch) == [1, 1, 1, 1, 2])
        #expect(batch(8000 + 7 * 1400 + 1399) == 7 && batch(8000 + 8 * 1400) == 8 && batch(1 << 60) == 8)
        #expect(EngineMemory.batch(sequence: 0, fixed: 0, available: 1) == 1)
    }

    @Test func documentHasEveryKeyOfTheSchema() throws {
        var document = try caption(tokens: 1)
        document.errors = [CaptionDocument.Problem(track: .number(4), code: "empty_mask", message: "m")]
        let json = try CaptionFormat.json.data(document, ClipRequest(clip: "", masks: ""))
        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        func keys(_ value: Any?) -> [String] { (value as? [String: Any])?.keys.sorted() ?? [] }
        #expect(keys(object) == ["errors", "model", "schema", "tool", "tracks", "video"])
        #expect(keys(object["tool"]) == ["name", "version"])
        #expect(keys(object["model"]) == [
            "max_new_tokens", "num_beams", "path", "query", "seed", "temperature", "top_k", "top_p", "type", "weights",
        ])
        #expect(keys(object["video"]) == ["duration", "fps", "frames", "height", "path", "width"])
        let track = (object["tracks"] as? [Any])?.first as? [String: Any]
        #expect(keys(track) == [
            "caption", "end", "finish_reason", "first_frame", "id", "label", "last_frame", "sampled", "seconds", "start", "usage",
            "visible_frames",
        ])
        #expect(track?["label"] is NSNull)
        #expect(keys((track?["sampled"] as? [Any])?.first) == ["area", "bbox", "frame", "mask", "time"])
        #expect(keys(track?["usage"]) == ["completion_tokens", "prompt_tokens"])
        #expect(keys((object["errors"] as? [Any])?.first) == ["code", "message", "track"])
        let again = try JSONDecoder().decode(CaptionDocument.self, from: json)
        #expect(again == document)
    }

    /// Encoded as by pycocotools.
    @Test func masksAreIncludedOnRequest() throws {
        var options = ClipOptions()
        options.includesMasks = true
        let document = try caption(tokens: 1, options)
        let data = try Data(contentsOf: URL(filePath: Fixtures.path("masks/courtyard_rle.json")))
        let expected = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [[Any]]])
        for track in document.tracks {
            let masks = try #require(expected[track.id.description])
            #expect(track.sampled.map(\.frame) == masks.map { $0[0] as? Int })
            #expect(
                track.sampled.map { $0.segmentation.map { String(decoding: $0.counts, as: UTF8.self) } }
                    == masks.map { $0[1] as? String })
            #expect(track.sampled.allSatisfy { $0.segmentation?.height == 576 && $0.segmentation?.width == 768 })
        }
        let schema = try JSONSchema(
            Data(contentsOf: Fixtures.root.appending(path: "Sources/DAMVideo/Documents/damvideo-1.schema.json")))
        #expect(try schema.problems(CaptionFormat.json.data(document, ClipRequest(clip: "", masks: ""))) == [])
        #expect(try caption(tokens: 1).tracks.allSatisfy { $0.sampled.allSatisfy { $0.segmentation == nil } })
    }

    /// The number of tracks prepared at a time does not affect the document.
    @Test func aSmallCropLimitChangesNothing() throws {
        func caption(room: Int) throws -> (CaptionDocument, decoded: [Int]) {
            var captioner = VideoCaptioner(try Self.model.get()), options = CaptionOptions(), decoded: [Int] = []
            captioner.cropMemoryLimit = room
            options.generation.maxNewTokens = 4
            var document = try captioner.caption(
                clip: Fixtures.sample("courtyard/clip.mp4"), masks: Fixtures.sample("courtyard/masks"), options: options
            ) { if case .progress(.decoding, let frame, _) = $0 { decoded.append(frame) } }
            for index in document.tracks.indices { document.tracks[index].seconds = 0 }
            return (document, decoded)
        }
        let (whole, once) = try caption(room: 256 << 20), (pieces, often) = try caption(room: 1)
        #expect(whole == pieces && once.count < often.count && Set(once) == Set(often))
    }

    @Test func plansMatchTheRun() throws {
        let captioner = VideoCaptioner(try Self.model.get())
        var options = CaptionOptions()
        options.generation.maxNewTokens = 100_000
        let request = ClipRequest(clip: Fixtures.sample("courtyard/clip.mp4"), masks: Fixtures.sample("courtyard/masks"))
        let plan = try captioner.plan(request, options: options)
        let report = captioner.report(plan), document = try caption(tokens: 1)
        #expect(report.tracks.map(\.id) == document.tracks.map(\.id))
        #expect(report.tracks.map(\.sampled) == document.tracks.map { $0.sampled.map(\.frame) })
        #expect(report.frames == 60 && report.masksFormat == .labelPNG && !report.tracks.contains { $0.isPropagated })
        let estimate = report.estimate
        #expect(estimate.promptTokens == document.tracks[0].usage.promptTokens)
        // The request does not fit the model's context.
        #expect(estimate.newTokens + estimate.promptTokens == 4096)
    }

    @Test func samplingTheWholeClipFailsAbsentTracks() throws {
        var whole = ClipOptions()
        whole.sampling = .clip
        let document = try caption(whole)
        // Track 4 ends at frame 56, and the clip's last frame is sampled.
        #expect(document.tracks.map(\.id.description) == ["1", "2", "3", "5"])
        #expect(document.errors.map(\.code) == ["empty_mask"] && document.errors[0].track == .number(4))
        #expect(document.tracks[0].sampled.map(\.frame) == [0, 8, 16, 25, 33, 42, 50, 59])
    }

    @Test func otherNumbersOfFrames() throws {
        var three = ClipOptions()
        three.frames = 3
        let document = try caption(three)
        #expect(document.tracks[0].sampled.map(\.frame) == [0, 29, 59])
        #expect(document.model.query.hasPrefix("Video: <image><image><image>\n"))
    }

    /// Truncated in the middle: the remaining frames are captioned, and the document says so.
    @Test func aTruncatedClipIsCaptionedAsFarAsItGoes() throws {
        let document = try caption(clip: Fixtures.path("cut/clip.mp4"), masks: Fixtures.path("cut/masks"))
        let frames = document.video.frames
        #expect(frames >= 7 && frames < 16, "the clip is cut after about half its 20 frames")
        #expect(document.errors.map(\.code) == ["clip_damaged", "not_visible"])
        #expect(document.errors.map(\.track) == [nil, .number(2)])
        let track = try #require(document.tracks.first)
        #expect(document.tracks.count == 1 && track.visibleFrames == frames && track.lastFrame == frames - 1)
        #expect(track.sampled.map(\.frame) == (0..<8).map { $0 * (frames - 1) / 7 })
        #expect(track.sampled.allSatisfy { $0.bbox.left == $0.frame && $0.area == 208 })
    }

    @Test func progressReportsEachStepAndCanStop() throws {
        struct Enough: Error {}
        var decoded = 0, encoded = 0, prompts = 0, begun = 0, tokens: Set<TrackID> = [], finished: [TrackID] = []
        #expect(throws: Enough.self) {
            try caption { event in
                switch event {
                case .progress(.decoding, _, _): decoded += 1
                case .progress(.encoding, let done, _): encoded += done
                case .progress(.reading, _, let count): prompts += count ?? 0 > 128 ? 1 : 0
                case .progress(let stage, _, _): Issue.record("neither propagation nor pictures were asked for: \(stage)")
                case .token(let track, _, _): tokens.insert(track.id)
                case .began(let document): begun += document.tracks.isEmpty ? 1 : 10
                case .failed(let problem): Issue.record("\(problem.message)")
                case .finished(let track):
                    finished.append(track.id)
                    if finished.count == 2 { throw Enough() }
                }
            }
        }
        // Only those of the 60 frames that are sampled for one of the five tracks.
        #expect((8...40).contains(decoded))
        #expect(begun == 1 && finished.count == 2 && tokens.isSuperset(of: finished))
        #expect(encoded >= prompts * 36 && (2...5).contains(prompts) && tokens.count <= prompts)
    }

    @Test func optionsOutOfRangeAreRefused() throws {
        let captioner = VideoCaptioner(try Self.model.get())
        for change: @Sendable (inout CaptionOptions) -> Void in [
            { $0.generation.temperature = -1 }, { $0.generation.temperature = .nan }, { $0.generation.topP = 0 },
            { $0.generation.topP = 1.5 }, { $0.generation.topK = 0 },
            { $0.generation.numBeams = 0 }, { $0.generation.maxNewTokens = 0 }, { $0.query = "<image><image><image>" },
        ] {
            var options = CaptionOptions()
            change(&options)
            let error = #expect(throws: InputError.self) {
                try captioner.caption(
                    clip: Fixtures.sample("courtyard/clip.mp4"), masks: Fixtures.sample("courtyard/masks"), options: options)
            }
            #expect(error?.category == .usage)
        }
    }
}
