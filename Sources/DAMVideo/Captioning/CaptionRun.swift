import DescribeAnything
import Imaging
import LanguageModels
import Masks
import ObjectTracking
import Tensors

/// The captions of one clip on their way: crops of tracks and of their parts go to the engine, its events come back as the
/// document's entries. A track's entry is there once the captions of its whole and of all its parts are. Belongs to one
/// thread.
final class CaptionRun {
    private(set) var document: CaptionDocument
    private let plan: CaptionPlan
    private let survey: ClipSurvey
    private let entries: DocumentEntries
    private let session: EngineSession
    private let priority: EngineRequest.Priority
    /// Bytes that the clip takes beside the engine.
    private let callerBytes: Int
    private let emit: (CaptionEvent) throws -> Void
    /// Samples of the requests that are open, by their keys.
    private var requests: [Int: TrackSamples] = [:]
    /// Requests made so far.
    private var count = 0
    /// Tracks that were begun and are neither finished nor failed, by their places in the clip.
    private var answers: [Int: TrackAnswers] = [:]

    /// - Parameter document: without tracks, but those of an earlier run.
    init(
        _ document: CaptionDocument, _ plan: CaptionPlan, _ objects: FollowedObjects, _ survey: ClipSurvey, _ engine: CaptionEngine,
        _ priority: EngineRequest.Priority, emit: @escaping (CaptionEvent) throws -> Void
    ) {
        (self.document, self.plan, self.survey) = (document, plan, survey)
        entries = DocumentEntries(objects: objects, survey: survey, includesMasks: plan.request.options.includesMasks)
        (session, self.priority) = (EngineSession(engine), priority)
        callerBytes = MemoryEstimate(plan, engine.model.model).callerBytes
        self.emit = emit
    }

    /// Hands a track, or a part of a track that was begun, to the engine. A track that cannot be captioned becomes an error of
    /// the document, without its parts; so does a part, without its track's being lost.
    /// - Throws: what the caller's closure throws.
    func begin(_ crops: TrackCrops) throws {
        let samples = crops.samples, position = samples.position
        if position.part == nil { answers[position.number] = TrackAnswers(position) }
        if answers[position.number] != nil {
            do {
                try submit(crops)
            } catch let problem as TrackProblem {
                try fail(samples, problem)
            }
        }
        try handleEvents()
    }

    private func submit(_ crops: TrackCrops) throws {
        let samples = crops.samples
        guard !samples.visible.isEmpty else {
            throw TrackProblem(code: "not_visible", message: "not in any of the clip's \(survey.part.count) frames")
        }
        let request = EngineRequest(
            crops: try crops.inOrder(), frames: samples.frames, query: plan.query(of: samples.track), options: plan.options,
            priority: priority, callerBytes: callerBytes)
        count += 1
        requests[count] = samples
        try session.submit(request, key: count)
    }

    /// Takes what the engine has done so far.
    func handleEvents() throws { try session.handleEvents(handle) }

    /// Waits until the engine holds no crops any more.
    func waitForCrops() throws { try session.waitForCrops(handle) }

    /// Waits for all captions.
    func finish() throws { try session.waitForAll(handle) }

    private func handle(_ key: Int, _ event: EngineEvent) throws {
        // Parts of a track that failed come to nothing.
        guard let samples = requests[key], answers[samples.position.number] != nil else { return }
        let position = samples.position
        switch event {
        case .encoding(let done, let total): try emit(.progress(.encoding(position), done: done, total: total))
        case .reading(let tokens): try emit(.progress(.reading(position), done: 0, total: tokens))
        case .drawn: break
        case .token(let text, let tokens): try emit(.token(position, text: text, tokens: tokens))
        case .finished(let answer):
            requests[key] = nil
            if let part = position.part {
                answers[position.number]?.add(try entries.segment(samples, answer), part: part)
                try tellPart(position)
            } else {
                answers[position.number]?.add(try entries.track(samples, answer))
            }
            try end(position)
        case .failed(let error as PromptTooLongError):
            requests[key] = nil
            try fail(samples, TrackProblem(code: "prompt_too_long", message: error.description))
        case .failed(let error): throw error
        }
    }

    private func tellPart(_ position: TrackPosition) throws {
        let done = answers[position.number]?.finishedParts ?? 0
        try emit(.progress(.captioned(position), done: done, total: position.parts))
    }

    private func fail(_ samples: TrackSamples, _ problem: TrackProblem) throws {
        let entry = entries.problem(samples, problem), position = samples.position
        guard let part = position.part else {
            answers[position.number] = nil
            return try add(entry)
        }
        answers[position.number]?.add(entry, part: part)
        try end(position)
    }

    /// Puts a track into the document if nothing of it is to come.
    private func end(_ position: TrackPosition) throws {
        guard let finished = answers[position.number]?.finished else { return }
        answers[position.number] = nil
        // Problems first: a run that is killed in between tries the track again.
        for problem in finished.problems { try add(problem) }
        document.insert(finished.track)
        try emit(.finished(finished.track))
    }

    private func add(_ problem: CaptionDocument.Problem) throws {
        document.insert(problem)
        try emit(.failed(problem))
    }
}

extension CaptionDocument {
    /// Puts a track where its id belongs.
    package mutating func insert(_ track: Track) {
        tracks.insert(track, at: tracks.firstIndex { $0.id > track.id } ?? tracks.count)
    }

    /// Puts a track's problem where its id belongs, behind those of the clip.
    mutating func insert(_ problem: Problem) {
        errors.insert(problem, at: errors.firstIndex { other in
            other.track.map { other in problem.track.map { other > $0 } ?? false } ?? false
        } ?? errors.count)
    }
}
