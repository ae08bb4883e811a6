import ArgumentParser
import DAMVideo
import Foundation

/// Captions clips one after the other with one model.
struct CaptionRun {
    /// A clip and where its captions go.
    struct Job {
        let request: ClipRequest
        let output: CaptionOutput
        let pictures: PictureFiles
        /// What an earlier run did of it.
        var earlier: ResumedRun?
    }

    let captioner: VideoCaptioner
    let options: CaptionOptions
    let reporter: ProgressReporter
    let interruption: Interruption

    /// All inputs are looked at before the model has anything to do: what can be known to fail fails then.
    /// - Throws: what the first clip that fails throws, unless `failures` go on.
    func callAsFunction(_ jobs: [Job], _ failures: inout ClipFailures) throws {
        var plans: [(job: Job, plan: ClipPlan?)] = []
        for job in jobs {
            guard let isFinished = try failures.attempt(job.request, { try isFinished(job) }) else { continue }
            if isFinished {
                reporter.say("\(job.request.clip): finished already")
                failures.written += 1
            } else if let plan = try failures.attempt(job.request, { try plan(job) }) {
                // One clip's plan is kept; those of many would hold their decoders and masks all the while.
                plans.append((job, jobs.count == 1 ? plan : nil))
            }
        }
        for (number, (job, plan)) in plans.enumerated() {
            if jobs.count > 1 { reporter.say("\(job.request.clip) (\(number + 1) of \(plans.count))") }
            let done = try failures.attempt(job.request) { try caption(job, plan ?? self.plan(job)) }
            guard let document = done else { continue }
            failures.written += 1
            failures.someTracksFailed = failures.someTracksFailed || document.errors.contains { $0.track != nil }
            for problem in document.errors {
                Console.notice((problem.track.map { "track \($0): " } ?? "\(job.request.clip): ") + problem.message)
            }
        }
    }

    func plan(_ job: Job) throws -> ClipPlan {
        try captioner.plan(
            clip: job.request.clip, masks: job.request.masks, options: options, clipOptions: job.request.options)
    }

    private func isFinished(_ job: Job) throws -> Bool {
        guard let earlier = job.earlier else { return false }
        return try captioner.isFinished(earlier, request: job.request, options: options) && job.output.exists
            && job.pictures.exist
    }

    private func caption(_ job: Job, _ plan: ClipPlan) throws -> CaptionDocument {
        defer { reporter.finish() }
        interruption.watch(job.output, job.pictures)
        var plan = plan
        let document = try captioner.caption(&plan, resuming: job.earlier) {
            if case .updated(let document) = $0 { try job.output.update(document) }
            reporter.show($0)
        }
        // The captions are safe before anything else is begun.
        try job.output.finish(document)
        try job.pictures.write(document, of: plan, progress: reporter.show)
        return document
    }
}

/// What went wrong with which clip, and what that means for the others.
struct ClipFailures {
    /// Whether a clip that fails leaves the others to be done.
    let keepsGoing: Bool
    /// Clips whose captions are written.
    var written = 0
    var someTracksFailed = false
    private var codes: [ExitCode] = []

    init(keepsGoing: Bool) {
        self.keepsGoing = keepsGoing
    }

    /// Does a part of a clip's work; an error is told and remembered, or thrown when others are not to go on.
    /// - Returns: nil when it failed.
    mutating func attempt<Result>(_ request: ClipRequest, _ work: () throws -> Result) throws -> Result? {
        do {
            return try work()
        } catch where keepsGoing {
            let text = "\(error)"
            Console.notice(text.hasPrefix(request.clip) ? "error: \(text)" : "\(request.clip): error: \(text)")
            codes.append(ExitCode(error))
            return nil
        }
    }

    /// - Throws: how the program ends: as the worst failure says when nothing was written, 3 when something was.
    func end() throws {
        if written == 0, let worst = codes.max(by: { $0.rawValue < $1.rawValue }) { throw worst }
        if someTracksFailed || !codes.isEmpty { throw ExitCode.someTracksFailed }
    }
}
