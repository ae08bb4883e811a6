import Imaging
import Masks
import ObjectTracking

/// Captions the tracks of clips: decoder, masks, model and document in one call.
public struct VideoCaptioner: Sendable {
    let model: CaptionModel
    /// Finds and follows objects where a request wants that.
    let segmentation: SegmentationModel?
    /// Most captions to generate side by side; nil for as many as half the free memory has room for, `largestBatch` at most.
    /// It changes no caption.
    public var batchSize: Int?
    /// More share the reading of the weights no better: with so many, arithmetic takes longer than memory.
    public static let largestBatch = 8
    /// Bytes of prepared frames to hold at a time.
    package var promptRoom = PromptQueue.room

    /// - Parameter segmentation: SAM 2; nil when masks are carried without a model.
    public init(_ model: CaptionModel, segmentation: SegmentationModel? = nil) {
        self.model = model
        self.segmentation = segmentation
    }

    /// One caption for each track of a clip: `plan` and `caption(_:)`.
    public func caption(
        clip: String, masks: String, options: CaptionOptions = CaptionOptions(), clipOptions: ClipOptions = ClipOptions(),
        resuming earlier: ResumedRun? = nil, progress: (CaptionProgress) throws -> Void = { _ in }
    ) throws -> CaptionDocument {
        var plan = try plan(ClipRequest(clip: clip, masks: masks, options: clipOptions), options: options)
        return try caption(&plan, resuming: earlier, progress: progress)
    }

    /// What captioning a clip comes to. Reads clip and masks as far as needed to know that they fit; computes nothing.
    /// - Throws: `InputError` when clip or masks are missing or bad, or the options do not fit them.
    public func plan(_ request: ClipRequest, options: CaptionOptions = CaptionOptions()) throws -> ClipPlan {
        try InputError.translating {
            try ClipPlan(request, options, model: model.model, segmentation: segmentation)
        }
    }

    /// What a plan comes to, and what it will take.
    public func report(_ plan: ClipPlan) -> PlanReport { PlanReport(plan, model, batchSize: batchSize) }

    /// One caption for each track of a plan.
    /// - Parameters:
    ///   - plan: afterwards has the masks and frames that were used.
    ///   - earlier: a run on the same plan; its tracks are taken over.
    ///   - progress: told of each step; what it throws ends the call.
    /// - Returns: the document; a track that could not be captioned is among its `errors`.
    /// - Throws: `InputError` when clip or masks turn out to be bad.
    public func caption(
        _ plan: inout ClipPlan, resuming earlier: ResumedRun? = nil, progress: (CaptionProgress) throws -> Void = { _ in }
    ) throws -> CaptionDocument {
        try InputError.translating {
            try earlier?.check(plan.request, description(plan.captioning, query: plan.query))
            if !plan.propagated.isEmpty {
                plan.use(propagated: try propagated(plan) {
                    try progress(.tracking(frame: $0.frame, isBackward: $0.isBackward))
                })
            }
            let total = plan.frameCount
            func onFrame(_ frame: Int) throws { try progress(.decoding(frame: frame, of: total)) }
            let finished = Set((earlier?.tracks ?? []).map(\.id))
            let pending = plan.sampling.tracks.indices.filter { [plan] in !finished.contains(plan.sampling.tracks[$0].track.id) }
            var queue = try survey(&plan, collecting: pending, onFrame)
            var document = document(plan, queue.survey)
            if let earlier {
                try earlier.check(document, plan.sampling)
                document.tracks = earlier.tracks.sorted { $0.id < $1.id }
            }
            try progress(.updated(document))
            var batch = TrackBatch(
                TrackCaptioner(model: model.model, plan: plan, survey: queue.survey),
                size: PlanMemory(plan, model.model).batch(batchSize))
            func add(_ tracks: [CaptionDocument.Track]) throws {
                for track in tracks {
                    document.insert(track)
                    try progress(.updated(document))
                    try progress(.finished(track))
                }
            }
            for index in pending {
                while batch.isFull { try add(batch.step(progress: progress)) }
                do {
                    let prompts = try queue.prompts(of: index, onFrame: onFrame)
                    try add(batch.admit(index, prompts, progress: progress))
                } catch let problem as TrackProblem {
                    document.errors.append(
                        CaptionDocument.Problem(
                            track: plan.sampling.tracks[index].track.id, code: problem.code, message: problem.message))
                    try progress(.updated(document))
                }
            }
            while !batch.isEmpty { try add(batch.step(progress: progress)) }
            return document
        }
    }

    /// The plan's masks propagated to all frames. Masks outside the part of the clip that counts are of use as well.
    private func propagated(_ plan: ClipPlan, _ progress: (PropagationProgress) throws -> Void) throws -> PropagatedMasks {
        try ObjectTracker(plan.segmentation, separatesObjects: false)
            .follow(plan.given, in: plan.clip, span: nil, progress: progress)
    }

    /// Whether an earlier run did all that is asked for, so that there is no need to look at the clip again.
    /// - Throws: `InputError` when it was asked for something else, or the options make no sense.
    public func isFinished(
        _ earlier: ResumedRun, request: ClipRequest, options: CaptionOptions
    ) throws -> Bool {
        let query = try ClipPlan.question(request.options, options, model.model).query
        try earlier.check(request, description(options, query: query))
        return earlier.isFinished
    }

    /// Decodes what is needed of the clip. A clip that turns out to have other frames than was thought (its packets do not
    /// tell, and it is cut off or does not say) is sampled anew from the frames it has; that alone makes a second pass.
    /// - Parameter tracks: indices of those to be captioned.
    private func survey(
        _ plan: inout ClipPlan, collecting tracks: [Int], _ onFrame: (Int) throws -> Void
    ) throws -> PromptQueue {
        let queue = try PromptQueue(FrameCollector(plan: plan), of: tracks, room: promptRoom, onFrame: onFrame)
        let survey = queue.survey, size = plan.clip.info.size
        if survey.damage == nil, let frameCount = survey.frameCount {
            try plan.given.masks?.validate(width: size.width, height: size.height, frameCount: frameCount)
        }
        if let span = plan.span, survey.part.isEmpty {
            throw InputError(
                .invalid, "\(plan.clip.path): found no frame from \(span.start) s"
                    + "\(span.end.isFinite ? " to \(span.end) s" : " on"), expected a part of the clip")
        }
        let guess = plan.sampling
        plan.use(part: survey.part)
        return plan.sampling.tracks == guess.tracks
            ? queue : try PromptQueue(FrameCollector(plan: plan), of: tracks, room: promptRoom, onFrame: onFrame)
    }

    /// The document before any track is captioned: what is known of clip, masks and model.
    private func document(_ plan: ClipPlan, _ survey: ClipSurvey) -> CaptionDocument {
        let info = plan.clip.info
        var document = CaptionDocument(
            model: description(plan.captioning, query: plan.query),
            video: CaptionDocument.Video(
                path: plan.path, width: info.width, height: info.height, fps: info.frameRate,
                frames: survey.frameCount ?? info.declaredFrames ?? survey.part.upperBound,
                duration: info.duration ?? survey.lastTime + 1 / info.frameRate))
        document.errors = (plan.given.masks?.problems ?? []).map {
            CaptionDocument.Problem(
                track: nil, code: $0.kind == .skipped ? "mask_skipped" : "mask_note", message: $0.message)
        }
        if let damage = survey.damage {
            document.errors.append(CaptionDocument.Problem(track: nil, code: "clip_damaged", message: damage))
        }
        return document
    }

    private func description(_ options: CaptionOptions, query: String) -> CaptionDocument.Model {
        CaptionDocument.Model(
            path: model.path, weights: model.model.weightFormats, query: query,
            temperature: options.temperature, topP: options.topP, topK: options.topK, numBeams: options.numBeams,
            maxNewTokens: options.maxNewTokens, seed: options.seed)
    }
}

extension CaptionDocument {
    /// Puts a track where its id belongs.
    fileprivate mutating func insert(_ track: Track) {
        tracks.insert(track, at: tracks.firstIndex { $0.id > track.id } ?? tracks.count)
    }
}
