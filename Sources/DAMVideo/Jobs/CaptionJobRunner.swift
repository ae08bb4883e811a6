import Foundation
import Imaging
import Synchronization

/// Captions clips one after the other with one engine: documents, pictures, failures, resume and interruption.
public final class CaptionJobRunner: Sendable {
    /// An event of a run of jobs.
    public enum Event: Sendable {
        /// A step of the clip at work.
        case clip(CaptionEvent)
        /// The clip at work has ended.
        case ended
        /// A line for people that is worth less than a notice.
        case message(String)
        /// A line for people about something that went wrong.
        case notice(String)
    }

    private let captioner: VideoCaptioner
    private let options: CaptionOptions
    private let onEvent: @Sendable (Event) -> Void
    /// The job at work.
    private let current = Mutex<CaptionJob?>(nil)
    private let openAnswers = OpenAnswers()
    private let isDraining = Atomic(false)
    private let isCancelled = Atomic(false)

    /// - Parameters:
    ///   - captioner: does the work.
    ///   - options: of captioning, for all clips.
    ///   - onEvent: called with each event, on the thread of `run`.
    public init(_ captioner: VideoCaptioner, options: CaptionOptions, onEvent: @escaping @Sendable (Event) -> Void) {
        self.captioner = captioner
        self.options = options
        self.onEvent = onEvent
    }

    /// Captions all jobs. All inputs are looked at before the model has anything to do: what can be known to fail fails then.
    /// - Throws: the error of the first clip that fails, unless `failures` go on.
    public func run(_ jobs: [CaptionJob], _ failures: inout JobFailures) throws {
        var pending: [(job: CaptionJob, plan: CaptionPlan?)] = []
        for job in jobs {
            guard let isFinished = try attempt(job, &failures, { try self.isFinished(job) }) else { continue }
            if isFinished {
                onEvent(.message("\(job.request.clip): finished already"))
                failures.written += 1
            } else if let plan = try attempt(job, &failures, { try plan(job) }) {
                // One clip's plan is kept; those of many would hold their decoders and masks all the while.
                pending.append((job, jobs.count == 1 ? plan : nil))
            }
        }
        for (number, (job, plan)) in pending.enumerated() {
            // The clip is left to the next run; the thread that drains ends the process.
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

    /// Captions a clip that no other run is at work on.
    /// - Returns: nil for a clip that another run has finished meanwhile.
    private func captionOnce(_ job: CaptionJob, _ plan: CaptionPlan?) throws -> CaptionDocument? {
        let claims = try job.claims()
        defer { withExtendedLifetime(claims) {} }
        // The earlier run was read before the claim, and another run may have finished it since.
        let job = try job.resumes ? job.resumed() : job
        if try isFinished(job) {
            onEvent(.message("\(job.request.clip): finished already"))
            return nil
        }
        return try caption(job, plan ?? self.plan(job))
    }

    /// Ends the clip at work, from any thread: its finished tracks are written, whatever else comes is passed over.
    /// - Returns: the number of finished tracks; nil when there was nothing to write.
    /// - Throws: `InputError` when the captions cannot be written.
    public func interrupt() throws -> Int? { try current.withLock { $0 }?.output.interrupt() }

    /// Ends the run, from any thread, at the next step of the clip at work: its finished tracks are written, and `run` throws a
    /// `CancellationError`. A run that is not begun yet ends in the same way.
    public func cancel() { isCancelled.store(true, ordering: .relaxed) }

    private func checkCancelled() throws {
        if isCancelled.load(ordering: .relaxed) { throw CancellationError() }
    }

    /// Begins no caption any more, and waits for those that are being generated, from another thread than `run`, which does not
    /// return while clips are left. To be followed by `interrupt`.
    /// - Parameter grace: time to wait at most.
    public func drain(within grace: Duration) {
        let deadline = ContinuousClock.now + grace
        isDraining.store(true, ordering: .relaxed)
        // Captions that the engine has finished are written by the thread of `run`.
        if captioner.engine.drain(within: grace) { openAnswers.wait(until: deadline) }
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
        defer { onEvent(.ended) }
        current.withLock { $0 = job }
        if let note = job.earlier?.note { onEvent(.notice(note)) }
        let clip = try captions(job, plan)
        // The captions are safe before anything else is begun.
        try job.output.finish(clip.document)
        try job.sideFiles?.write(clip, resumes: job.resumes) { onEvent(.clip($0)) }
        return clip.document
    }

    /// The captions of a clip; those that are finished are written when an error ends the run.
    private func captions(_ job: CaptionJob, _ plan: CaptionPlan) throws -> CaptionedClip {
        do {
            return try captioner.caption(plan, resuming: job.earlier) { clip in
                try job.sideFiles?.begin(clip, resumes: job.resumes)
            } events: { event in
                try checkCancelled()
                try job.output.update(event)
                openAnswers.update(event)
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
