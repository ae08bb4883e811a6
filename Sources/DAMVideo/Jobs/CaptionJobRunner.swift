import Foundation
import Imaging
import Synchronization

/// Captions clips one after another with one engine, and handles documents, renderings, failures, resume and interruption.
public final class CaptionJobRunner: Sendable {
    /// An event of a run of jobs.
    public enum Event: Sendable {
        /// An event of the current clip.
        case clip(CaptionEvent)
        /// The current clip has ended.
        case ended
        /// Informational message to the user.
        case message(String)
        /// Warning to the user.
        case notice(String)
    }

    private let captioner: VideoCaptioner
    private let options: CaptionOptions
    private let onEvent: @Sendable (Event) -> Void
    /// The current job.
    private let current = Mutex<CaptionJob?>(nil)
    private let openWork = OpenWork()
    private let isDraining = Atomic(false)
    private let isCancelled = Atomic(false)

    /// - Parameters:
    ///   - captioner: the captioner.
    ///   - options: captioning options for all clips.
    ///   - onEvent: called with each event, on the thread of `run`.
    public init(_ captioner: VideoCaptioner, options: CaptionOptions, onEvent: @escaping @Sendable (Event) -> Void) {
        self.captioner = captioner
        self.options = options
        self.onEvent = onEvent
    }

    /// Captions all jobs. All inputs are checked before the model runs, so that foreseeable failures come first.
    /// - Throws: the error of the first clip that fails, unless `failures` keeps going.
    public func run(_ jobs: [CaptionJob], _ failures: inout JobFailures) throws {
        var pending: [(job: CaptionJob, plan: CaptionPlan?)] = []
        for job in jobs {
            guard let isFinished = try attempt(job, &failures, { try self.isFinished(job) }) else { continue }
            if isFinished {
                onEvent(.message("\(job.request.clip): finished already"))
                failures.written += 1
            } else if let plan = try attempt(job, &failures, { try plan(job) }) {
                // Only a single clip's plan is kept: each plan holds an open decoder and masks.
                pending.append((job, jobs.count == 1 ? plan : nil))
            }
        }
        for (number, (job, plan)) in pending.enumerated() {
            // The next run takes over this clip; the draining thread ends the process.
            while isDraining.load(ordering: .relaxed) { Thread.sleep(forTimeInterval: 1) }
            if jobs.count > 1 { onEvent(.message("\(job.request.clip) (\(number + 1) of \(pending.count))")) }
            guard let document = try attempt(job, &failures, { try captionOnce(job, plan) }) else { continue }
            failures.written += 1
            if let document { tell(document, of: job, &failures) }
        }
    }

    private func tell(_ document: CaptionDocument, of job: CaptionJob, _ failures: inout JobFailures) {
        failures.someTracksFailed = failures.someTracksFailed || document.errors.contains { $0.track != nil }
        for problem in document.errors {
            onEvent(.notice((problem.track.map { "track \($0): " } ?? "\(job.request.clip): ") + problem.message))
        }
    }

    /// Captions a clip unless another run is working on it.
    /// - Returns: nil for a clip that another run has finished meanwhile.
    private func captionOnce(_ job: CaptionJob, _ plan: CaptionPlan?) throws -> CaptionDocument? {
        let claims = try job.claims()
        defer { withExtendedLifetime(claims) {} }
        // The earlier run was read before the claim; another run may have finished it since.
        let job = try job.resumes ? job.resumed() : job
        if try isFinished(job) {
            onEvent(.message("\(job.request.clip): finished already"))
            return nil
        }
        return try caption(job, plan ?? self.plan(job))
    }

    /// Ends the current clip, from any thread: its finished tracks are written and later events ignored.
    /// - Returns: the number of finished tracks; nil if there was nothing to write.
    /// - Throws: `InputError` if the captions cannot be written.
    public func interrupt() throws -> Int? { try current.withLock { $0 }?.output.interrupt() }

    /// Ends the run, from any thread, at the current clip's next step: finished tracks are written, and `run` throws a
    /// `CancellationError`. A run that has not begun yet ends likewise.
    public func cancel() { isCancelled.store(true, ordering: .relaxed) }

    private func checkCancelled() throws {
        if isCancelled.load(ordering: .relaxed) { throw CancellationError() }
    }

    /// Stops starting captions and waits for open ones. Call it from another thread than `run`, which does not return while clips
    /// are left; `interrupt` must follow.
    /// - Parameter grace: upper bound on the wait.
    public func drain(within grace: Duration) {
        let deadline = ContinuousClock.now + grace
        isDraining.store(true, ordering: .relaxed)
        // The thread of `run` writes the captions that the engine has finished, and the files of a clip whose tracks are done.
        if captioner.engine.drain(within: grace) { openWork.wait(until: deadline) }
    }

    private func attempt<Result>(
        _ job: CaptionJob, _ failures: inout JobFailures, _ work: () throws -> Result
    ) throws -> Result? {
        try failures.attempt(job.request.clip, tell: { onEvent(.notice($0)) }, work)
    }

    private func plan(_ job: CaptionJob) throws -> CaptionPlan {
        try checkCancelled()
        let plan = try captioner.plan(job.request, file: job.file, options: options)
        if let shard = job.request.options.shard {
            onEvent(.message("shard \(shard.text): \(plan.tracks.count - plan.othersTracks.count) of \(plan.tracks.count) tracks"))
        }
        return plan
    }

    private func isFinished(_ job: CaptionJob) throws -> Bool {
        guard let earlier = job.earlier else { return false }
        return try captioner.isFinished(earlier, request: job.request, options: options) && job.output.exists
            && job.sideFiles?.exist ?? true
    }

    private func caption(_ job: CaptionJob, _ plan: CaptionPlan) throws -> CaptionDocument {
        defer {
            openWork.end()
            onEvent(.ended)
        }
        current.withLock { $0 = job }
        if let note = job.earlier?.note { onEvent(.notice(note)) }
        let clip = try captions(job, plan)
        // Save the captions before anything else begins.
        try job.output.finish(clip.document)
        try job.sideFiles?.write(clip, resumes: job.resumes) { onEvent(.clip($0)) }
        return clip.document
    }

    /// The captions of a clip; finished ones are written when an error ends the run.
    private func captions(_ job: CaptionJob, _ plan: CaptionPlan) throws -> CaptionedClip {
        do {
            return try captioner.caption(plan, resuming: job.earlier) { clip, tracks in
                openWork.begin(tracks)
                try job.sideFiles?.begin(clip, resumes: job.resumes)
            } events: { event in
                try checkCancelled()
                try job.output.update(event)
                openWork.update(event)
                if isCancelled.load(ordering: .relaxed) { throw CancellationError() }
                onEvent(.clip(event))
            }
        } catch {
            do {
                if error is CancellationError { _ = try job.output.interrupt() } else { try job.output.fail(error) }
            } catch let unwritten {
                onEvent(.notice("\(job.request.clip): \(unwritten)"))
            }
            throw error
        }
    }
}
