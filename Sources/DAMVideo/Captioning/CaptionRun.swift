import DescribeAnything
import Imaging
import LanguageModels
import Masks
import ObjectTracking
import Tensors

/// Captions one clip: submits the crops of tracks and their parts to the engine, and turns its events into document entries.
/// A track is entered once its whole and all its parts are done. Not thread-safe.
final class CaptionRun {
    private(set) var document: CaptionDocument
    private let plan: CaptionPlan
    private let survey: ClipSurvey
    private let entries: DocumentEntries
    private let session: EngineSession
    private let priority: EngineRequest.Priority
    /// Bytes that the clip takes in addition to the engine's.
    private let callerBytes: Int
    private let emit: (CaptionEvent) throws -> Void
    /// Samples of the open requests, by request key.
    private var requests: [Int: TrackSamples] = [:]
    /// Number of requests made.
    private var count = 0
    /// Tracks in progress, by their number in the clip.
    private var answers: [Int: TrackAnswers] = [:]

    /// - Parameter document: the document, with the tracks of an earlier run only.
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

    /// Submits a track, or a part of a track already begun, to the engine. A track that cannot be captioned is reported in the
    /// document and its parts are skipped; a part that cannot is reported alone.
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

    /// Handles the engine's events so far.
    func handleEvents() throws { try session.handleEvents(handle) }

    /// Waits until the engine holds no more crops.
    func waitForCrops() throws { try session.waitForCrops(handle) }

    /// Waits until all captions are done.
    func finish() throws { try session.waitForAll(handle) }

    private func handle(_ key: Int, _ event: EngineEvent) throws {
        // The track failed, so its parts are dropped.
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

    /// Adds a track to the document once its whole and all parts are done.
    private func end(_ position: TrackPosition) throws {
        guard let finished = answers[position.number]?.finished else { return }
        answers[position.number] = nil
        // Problems first: if the run is killed in between, the next one tries the track again.
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
    /// Inserts a track in order of id.
    package mutating func insert(_ track: Track) {
        tracks.insert(track, at: tracks.firstIndex { $0.id > track.id } ?? tracks.count)
    }

    /// Inserts a track's problem in order of id, after those of the clip.
    mutating func insert(_ problem: Problem) {
        errors.insert(problem, at: errors.firstIndex { other in
            other.track.map { other in problem.track.map { other > $0 } ?? false } ?? false
        } ?? errors.count)
    }
}
