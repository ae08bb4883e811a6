import DescribeAnything
import Imaging
import LanguageModels
import Masks
import Media
import ObjectTracking

/// Captions the tracks of clips: decoder, objects, model and document in one call.
public struct VideoCaptioner: Sendable {
    let engine: CaptionEngine
    /// Segments and tracks objects on request.
    let segmentation: SegmentationModel?
    /// Detects objects on request.
    let detector: ObjectDetector?
    /// Bytes of crops to hold at a time.
    package var cropMemoryLimit = CropReader.memoryLimit
    /// Priority of the captions among the engine's requests.
    package var priority = EngineRequest.Priority.batch

    var model: CaptionModel { engine.model }

    /// - Parameters:
    ///   - engine: may be shared with other callers.
    ///   - segmentation: SAM 2; nil to propagate masks by optical flow.
    ///   - detector: detects objects on request.
    public init(_ engine: CaptionEngine, segmentation: SegmentationModel? = nil, detector: ObjectDetector? = nil) {
        self.engine = engine
        (self.segmentation, self.detector) = (segmentation, detector)
    }

    /// Creates a captioner with its own engine.
    public init(_ model: CaptionModel, segmentation: SegmentationModel? = nil, detector: ObjectDetector? = nil) {
        self.init(CaptionEngine(model), segmentation: segmentation, detector: detector)
    }

    /// Captions each track of a clip.
    /// - Parameters:
    ///   - clip: path of a video or folder of stills, a printf pattern of stills, or `-` for a video on standard input.
    ///   - masks: file or folder of masks, in any layout of `MaskFormat`.
    ///   - options: captioning options.
    ///   - clipOptions: the part of the clip, its sampling, and how its masks are read.
    ///   - earlier: an earlier run on the same clip, whose tracks are kept.
    ///   - events: called with each event; an error it throws ends the call.
    /// - Throws: `InputError` when clip or masks are missing or invalid, or the options are inconsistent.
    public func caption(
        clip: String, masks: String, options: CaptionOptions = CaptionOptions(), clipOptions: ClipOptions = ClipOptions(),
        resuming earlier: ResumedRun? = nil, events: (CaptionEvent) throws -> Void = { _ in }
    ) throws -> CaptionDocument {
        let plan = try plan(ClipRequest(clip: clip, masks: masks, options: clipOptions), options: options)
        return try caption(plan, resuming: earlier, events: events).document
    }

    /// Plans the work for a clip. Reads clip and masks only as far as needed to check them; computes nothing.
    /// - Parameters:
    ///   - request: a clip and its objects.
    ///   - file: the clip's bytes; the request's path is then only a name. Nil to read the path.
    ///   - options: captioning options.
    /// - Throws: `InputError` when clip or masks are missing or invalid, or the options do not fit them.
    public func plan(
        _ request: ClipRequest, file: ClipFile? = nil, options: CaptionOptions = CaptionOptions()
    ) throws -> CaptionPlan {
        func plan() throws -> CaptionPlan {
            let plan = try CaptionPlan(
                request, file: file, options, model.model.configuration, canPrompt: segmentation != nil, canDetect: detector != nil)
            if !plan.propagated.isEmpty { try segmentation?.checkTracking() }
            return plan
        }
        return try file?.naming(plan) ?? InputError.translating(plan)
    }

    /// Summary of a plan's work, with the time and memory it takes.
    public func report(_ plan: CaptionPlan) -> PlanReport { PlanReport(plan, engine, segmentation) }

    /// Captions each track of a plan.
    /// - Parameters:
    ///   - plan: made by `plan`.
    ///   - earlier: an earlier run of the same plan, whose tracks are kept.
    ///   - events: called with each event; an error it throws ends the call.
    /// - Returns: the clip with its document; tracks that could not be captioned are listed in the document's `errors`.
    /// - Throws: `InputError` when clip or masks turn out to be invalid.
    public func caption(
        _ plan: CaptionPlan, resuming earlier: ResumedRun? = nil, events: (CaptionEvent) throws -> Void = { _ in }
    ) throws -> CaptionedClip {
        try caption(plan, resuming: earlier, begin: { _, _ in }, events: events)
    }

    /// Captions each track of a plan, as the public overload does.
    /// - Parameter begin: called once the objects are tracked, with the clip, whose document has the tracks of an earlier run only,
    ///   and with the tracks to caption. An error it throws ends the call.
    func caption(
        _ plan: CaptionPlan, resuming earlier: ResumedRun?, begin: (CaptionedClip, Set<TrackID>) throws -> Void,
        events: (CaptionEvent) throws -> Void
    ) throws -> CaptionedClip {
        try plan.input.naming {
            try earlier?.check(plan.request, description(plan.options, query: plan.query, hint: plan.hint))
            let objects = try plan.follow(with: segmentation, detector) {
                let stage: CaptionEvent.Stage = $0.stage == .finding ? .finding : .following(isBackward: $0.isBackward)
                try events(.progress(stage, done: $0.frame, total: plan.input.frameCount))
            }
            let total = plan.input.frameCount
            func onFrame(_ frame: Int) throws { try events(.progress(.decoding, done: frame, total: total)) }
            let finished = plan.othersTracks.union((earlier?.tracks ?? []).map(\.id))
            var reader = try CropReader(
                plan, objects, model.model.imageProcessor, finished: finished,
                memoryLimit: cropMemoryLimit, onFrame: onFrame)
            var document = header(plan, objects, reader.survey)
            if let earlier {
                try earlier.check(document, reader.samples)
                document.tracks = earlier.tracks.sorted { $0.id < $1.id }
                for problem in earlier.problems { document.insert(problem) }
            }
            func captioned(_ document: CaptionDocument) -> CaptionedClip {
                CaptionedClip(
                    document: document, input: plan.input, masks: objects.masks, imageProcessor: model.model.imageProcessor)
            }
            try begin(captioned(document), Set(objects.tracks.map(\.id)).subtracting(finished))
            try events(.began(document))
            return try withoutActuallyEscaping(events) { events in
                let run = CaptionRun(document, plan, objects, reader.survey, engine, priority, emit: events)
                while true {
                    if reader.needsPass { try run.waitForCrops() }
                    let crops = try reader.next { frame in
                        // Save captions that finished meanwhile, before the pass is over.
                        try run.handleEvents()
                        try onFrame(frame)
                    }
                    guard let crops else { break }
                    try run.begin(crops)
                }
                try run.finish()
                return captioned(run.document)
            }
        }
    }

    /// True if an earlier run completed this request, so that the clip need not be read again.
    /// - Throws: `InputError` when that run had another request, or the options are inconsistent.
    public func isFinished(_ earlier: ResumedRun, request: ClipRequest, options: CaptionOptions) throws -> Bool {
        let query = try CaptionPlan.question(request.options, options, model.model.configuration).query
        try earlier.check(request, description(options.generation, query: query, hint: options.hint))
        return earlier.isFinished
    }

    /// The document of a plan without captioning or detecting anything.
    /// - Parameter onFrame: called for each decoded frame, with the frame count if it is known; an error it throws ends the call.
    /// - Throws: `InputError` when the clip turns out to be invalid.
    package func documentWithoutTracks(_ plan: CaptionPlan, onFrame: (Int, Int?) throws -> Void) throws -> CaptionDocument {
        try plan.input.naming {
            let survey = try ClipSurveyor(input: plan.input).survey([]) { try onFrame($0, plan.input.frameCount) } use: { _ in }
            try survey.check(plan.input)
            let none = PropagatedMasks(
                path: plan.input.path, size: plan.input.clip.info.size, source: nil, given: [:], part: survey.part, damage: nil,
                carried: [:])
            return header(plan, FollowedObjects(masks: none, tracks: [], lost: []), survey)
        }
    }

    /// The document before any track is captioned: clip, masks and model.
    private func header(_ plan: CaptionPlan, _ objects: FollowedObjects, _ survey: ClipSurvey) -> CaptionDocument {
        let info = plan.input.clip.info
        var document = CaptionDocument(
            model: description(plan.options, query: plan.query, hint: plan.hint),
            video: CaptionDocument.Video(
                path: plan.input.path, width: info.width, height: info.height, fps: info.frameRate,
                frames: survey.frameCount ?? info.declaredFrames ?? survey.part.upperBound,
                duration: plan.input.clip.duration(upTo: survey.lastTime, isLast: survey.frameCount != nil)))
        document.shard = plan.request.options.shard
        let wanted = plan.request.options.tracks
        for problem in plan.input.given.masks?.problems ?? [] {
            guard let track = problem.track else {
                let code = problem.kind == .skipped ? "mask_skipped" : "mask_note"
                document.errors.append(CaptionDocument.Problem(track: nil, code: code, message: problem.message))
                continue
            }
            if wanted?.contains(track) ?? true {
                document.insert(CaptionDocument.Problem(track: track, code: "empty_mask", message: problem.message))
            }
        }
        for note in [plan.input.clip.mending].compactMap(\.self) + plan.input.given.notes + objects.notes {
            document.errors.append(CaptionDocument.Problem(track: nil, code: "clip_note", message: note))
        }
        if plan.hint != nil, !objects.tracks.isEmpty, objects.tracks.allSatisfy({ $0.label == nil }) {
            document.errors.append(CaptionDocument.Problem(
                track: nil, code: "clip_note", message: "no track has a label to tell the model; tracks are captioned without"))
        }
        for track in objects.unknown {
            document.insert(CaptionDocument.Problem(track: track, code: "not_visible", message: "no object with this number was found"))
        }
        let leftOut = objects.leftOut.map(CaptionDocument.LeftOut.init)
        document.leftOut = leftOut.isEmpty ? nil : leftOut
        if let damage = survey.damage {
            let problem = CaptionDocument.Problem(track: nil, code: "clip_damaged", message: damage)
            document.errors.insert(problem, at: document.errors.firstIndex { $0.track != nil } ?? document.errors.count)
        }
        return document
    }

    private func description(_ options: GenerationOptions, query: String, hint: String?) -> CaptionDocument.Model {
        CaptionDocument.Model(path: model.path, weights: model.model.weightFormats, query: query, hint: hint, generation: options)
    }
}
