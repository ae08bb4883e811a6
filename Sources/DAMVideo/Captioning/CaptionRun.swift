import DescribeAnything
import Imaging
import LanguageModels
import Masks
import ObjectTracking
import Tensors

/// The captions of one clip on their way: tracks' crops go to the engine, its events come back as the document's entries.
/// Belongs to one thread.
final class CaptionRun {
    private(set) var document: CaptionDocument
    private let plan: CaptionPlan
    private let objects: FollowedObjects
    private let survey: ClipSurvey
    private let session: EngineSession
    /// Bytes that the clip takes beside the engine.
    private let callerBytes: Int
    private let emit: (CaptionEvent) throws -> Void
    /// Samples of the tracks that were begun, by their place in the clip.
    private var begun: [Int: TrackSamples] = [:]

    /// - Parameter document: without tracks, but those of an earlier run.
    init(
        _ document: CaptionDocument, _ plan: CaptionPlan, _ objects: FollowedObjects, _ survey: ClipSurvey, _ engine: CaptionEngine,
        emit: @escaping (CaptionEvent) throws -> Void
    ) {
        (self.document, self.plan, self.objects, self.survey) = (document, plan, objects, survey)
        session = EngineSession(engine)
        callerBytes = MemoryEstimate(plan, engine.model.model).callerBytes
        self.emit = emit
    }

    /// Hands a track to the engine; a track that cannot be captioned becomes an error of the document.
    /// - Throws: what the caller's closure throws.
    func begin(_ crops: TrackCrops) throws {
        let samples = crops.samples
        do {
            guard !samples.visible.isEmpty else {
                throw TrackProblem(code: "not_visible", message: "not in any of the clip's \(survey.part.count) frames")
            }
            let request = EngineRequest(
                crops: try crops.inOrder(), frames: samples.frames, query: plan.query, options: plan.options, priority: .batch,
                callerBytes: callerBytes)
            begun[samples.position.number] = samples
            try session.submit(request, key: samples.position.number)
        } catch let problem as TrackProblem {
            try fail(samples, problem)
        }
        try handleEvents()
    }

    /// Takes what the engine has done so far.
    func handleEvents() throws { try session.handleEvents(handle) }

    /// Waits until the engine holds no crops any more.
    func waitForCrops() throws { try session.waitForCrops(handle) }

    /// Waits for the captions of all tracks.
    func finish() throws { try session.waitForAll(handle) }

    private func handle(_ number: Int, _ event: EngineEvent) throws {
        guard let samples = begun[number] else { return }
        let position = samples.position
        switch event {
        case .encoding(let done, let total): try emit(.progress(.encoding(position), done: done, total: total))
        case .reading(let tokens): try emit(.progress(.reading(position), done: 0, total: tokens))
        case .token(let text, let tokens): try emit(.token(position, text: text, tokens: tokens))
        case .finished(let answer):
            let track = try entry(samples, answer)
            document.insert(track)
            try emit(.finished(track))
        case .failed(let error as PromptTooLongError):
            try fail(samples, TrackProblem(code: "prompt_too_long", message: error.description))
        case .failed(let error): throw error
        }
    }

    private func fail(_ samples: TrackSamples, _ problem: TrackProblem) throws {
        let entry = CaptionDocument.Problem(track: samples.track.id, code: problem.code, message: problem.message)
        document.insert(entry)
        try emit(.failed(entry))
    }

    private func entry(_ samples: TrackSamples, _ answer: EngineAnswer) throws -> CaptionDocument.Track {
        let track = samples.track, generation = answer.generation
        let first = samples.visible.first?.frame ?? track.firstFrame, last = samples.visible.last?.frame ?? track.lastFrame
        return CaptionDocument.Track(
            id: track.id, label: track.label, firstFrame: first, lastFrame: last, start: survey.times[first] ?? 0,
            end: survey.times[last] ?? 0, visibleFrames: samples.visible.count, sampled: try sampled(samples),
            caption: generation.text, finishReason: generation.finishReason.rawValue,
            usage: CaptionDocument.Usage(promptTokens: answer.promptTokens, completionTokens: generation.tokens.count),
            seconds: Double(answer.time / .milliseconds(1)).rounded() / 1000)
    }

    private func sampled(_ samples: TrackSamples) throws -> [CaptionDocument.Sample] {
        let track = samples.track, masks = objects.masks
        return try samples.frames.compactMap { frame in
            try track.appearance(at: frame).map { appearance in
                CaptionDocument.Sample(
                    frame: frame, time: survey.times[frame] ?? 0, bbox: appearance.box, area: appearance.area,
                    mask: masks.isGiven(track.id, at: frame) ? "given" : "propagated",
                    segmentation: plan.request.options.includesMasks
                        ? RunLengthEncoding(try masks.mask(of: track.id, at: frame)) : nil)
            }
        }
    }
}

extension CaptionDocument {
    /// Puts a track where its id belongs.
    mutating func insert(_ track: Track) {
        tracks.insert(track, at: tracks.firstIndex { $0.id > track.id } ?? tracks.count)
    }

    /// Puts a track's problem where its id belongs, behind those of the clip.
    mutating func insert(_ problem: Problem) {
        errors.insert(problem, at: errors.firstIndex { other in
            other.track.map { other in problem.track.map { other > $0 } ?? false } ?? false
        } ?? errors.count)
    }
}
