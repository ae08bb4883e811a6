import Foundation
import Imaging
import ObjectTracking
import Synchronization

/// Processes jobs, which arrive as lines of JSON, with one loaded model. Each is answered with one line: its result, or an error,
/// which affects neither the worker nor other jobs.
public final class Worker: Sendable {
    /// Time for threads to write down finished captions once the grace period is over.
    private static let settling = Duration.milliseconds(500)

    public struct Settings: Sendable {
        /// Number of concurrent jobs; with more than one, results come in order of completion.
        public var parallel = 1
        /// Upper bound on waiting jobs; beyond it, reading from the input pauses.
        public var waiting = 16
        /// Interval of heartbeat lines; nil for none.
        public var heartbeat: Duration?

        public init() {}
    }

    private let captioner: VideoCaptioner
    private let segmentation: (path: String, model: SegmentationModel)?
    private let detectorPath: String?
    private let settings: Settings
    private let queue: WorkerQueue
    private let writing = Mutex(())
    private let write: @Sendable (Data) throws -> Void
    private let onBrokenOutput: @Sendable (any Error) -> Void

    /// - Parameters:
    ///   - engine: captions all jobs.
    ///   - segmentation: SAM 2 and its path, for jobs with clicks or boxes.
    ///   - detector: a detector and its path, for jobs that detect objects.
    ///   - settings: job settings.
    ///   - write: writes a line of output; called from several threads, but never concurrently.
    ///   - onBrokenOutput: called when `write` fails, so that results can no longer be reported.
    public init(
        _ engine: CaptionEngine, segmentation: (path: String, model: SegmentationModel)? = nil,
        detector: (path: String, model: ObjectDetector)? = nil,
        settings: Settings = Settings(), write: @escaping @Sendable (Data) throws -> Void,
        onBrokenOutput: @escaping @Sendable (any Error) -> Void
    ) {
        captioner = VideoCaptioner(engine, segmentation: segmentation?.model, detector: detector?.model)
        detectorPath = detector?.path
        (self.segmentation, self.settings, self.write, self.onBrokenOutput) = (segmentation, settings, write, onBrokenOutput)
        queue = WorkerQueue(limit: settings.waiting)
    }

    /// Processes jobs until the input ends and all are done.
    /// - Throws: `InputError` of category `inputOutput` if reading fails; jobs read until then are done first.
    public func run(_ input: LineReader) throws {
        let threads = DispatchGroup()
        for _ in 0..<max(1, settings.parallel) {
            threads.enter()
            let thread = Thread { [self] in
                while let job = queue.next() { work(job) }
                threads.leave()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        if let pause = settings.heartbeat { beat(every: pause) }
        let reading = Result { try read(input) }
        queue.close()
        threads.wait()
        try reading.get()
    }

    /// Ends the worker, from any thread: captions being generated are finished if there is time, then every remaining job is
    /// handed back with one line. Finished tracks of jobs with files are written. `run` does not return before the process ends.
    /// - Returns: the number of jobs handed back.
    public func handBack(within grace: Duration) -> Int {
        let deadline = Date(timeIntervalSinceNow: grace / .seconds(1)), waiting = queue.takeWaiting()
        for job in waiting { tell(WorkerResult(id: job.id, error: .handedBack)) }
        if grace > .zero, captioner.engine.drain(within: grace) {
            queue.waitUntilIdle(until: min(deadline, Date(timeIntervalSinceNow: Self.settling / .seconds(1))))
        }
        let left = queue.jobsAtWork.filter(queue.end)
        for job in left {
            let unwritten = Result { try job.runner.withLock { $0 }?.interrupt() }
            var result = WorkerResult(id: job.job.id, error: .handedBack)
            if case .failure(let error) = unwritten { result.error = FailureReport(error) }
            tell(result)
        }
        return waiting.count + left.count
    }

    private func read(_ input: LineReader) throws {
        var input = input, number = 0
        while let line = try input.next() {
            number += 1
            switch line {
            case .tooLong:
                refuse(InputError(.invalid, found: "more than \(LineReader.longestLine >> 20) MB", expected: "a shorter line"), number)
            case .text(let text) where text.allSatisfy({ [9, 13, 32].contains($0) }): continue
            case .text(let text):
                do {
                    take(try WorkerInput(line: text, segmentation: segmentation?.path, detector: detectorPath), number)
                } catch {
                    refuse(error, number, id: WorkerInput.id(of: text))
                }
            }
        }
    }

    private func refuse(_ error: any Error, _ line: Int, id: String? = nil) {
        let failure = FailureReport(error)
        tell(WorkerResult(id: id, line: line, error: FailureReport(failure.code, failure.category, "line \(line): \(failure.message)")))
    }

    private func take(_ input: WorkerInput, _ line: Int) {
        switch input {
        case .job(let job):
            switch queue.add(job) {
            case .taken: break
            case .isClosed: tell(WorkerResult(id: job.id, error: .handedBack))
            case .isDouble:
                // Reported without the id, whose result line belongs to the other job.
                refuse(InputError(.usage, "id \(job.id): found the id of another unfinished job, expected a unique id"), line)
            }
        case .cancel(let id):
            let state = queue.cancel(id)
            tell(WorkerResult(cancel: id, found: state != .unknown))
            if state == .waiting { tell(WorkerResult(id: id, error: .cancelled)) }
        }
    }

    private func work(_ running: RunningJob) {
        var result: WorkerResult
        do {
            result = try InputError.translating { try self.result(running) }
        } catch {
            result = WorkerResult(error: FailureReport(error))
        }
        result.id = running.job.id
        if queue.end(running) { tell(result) }
    }

    private func result(_ running: RunningJob) throws -> WorkerResult {
        switch running.job.work {
        case .describe(let request): WorkerResult(description: try describe(request, running))
        case .caption(let request, nil):
            WorkerResult(document: try captioner.caption(captioner.plan(request, options: running.job.options)) { _ in
                try running.check()
            }.document)
        case .caption(let request, let target?): try caption(request, target, running)
        }
    }

    private func caption(_ request: ClipRequest, _ target: CaptionTarget, _ running: RunningJob) throws -> WorkerResult {
        let job = try target.job(request, model: captioner.model.path)
        let runner = CaptionJobRunner(captioner, options: running.job.options) { _ in }
        running.runner.withLock { $0 = runner }
        // Handles a cancellation that came before the runner existed.
        try running.check()
        var failures = JobFailures(keepsGoing: false)
        try runner.run([job], &failures)
        return WorkerResult(files: job.output.files.map(\.path), someTracksFailed: failures.someTracksFailed ? true : nil)
    }

    private func describe(_ request: PictureRequest, _ running: RunningJob) throws -> String {
        let describer = ImageDescriber(captioner.engine), options = running.job.options
        guard let prompt = request.prompt else {
            return try describer.describe(image: request.image, mask: request.mask, options: options) { _ in try running.check() }
        }
        guard let segmentation else { throw InputError(.usage, "describe: found points or a box, expected a worker with SAM 2 (--sam)") }
        return try describer.describe(image: request.image, prompt: prompt, segmentation: segmentation.model, options: options) { _ in
            try running.check()
        }
    }

    private func tell(_ result: WorkerResult) {
        do {
            let data = try result.data()
            try writing.withLock { _ in try write(data) }
        } catch {
            for job in queue.jobsAtWork { _ = try? job.runner.withLock { $0 }?.interrupt() }
            onBrokenOutput(error)
        }
    }

    private func beat(every pause: Duration) {
        Thread { [self] in
            while true {
                Thread.sleep(forTimeInterval: pause / .seconds(1))
                tell(WorkerResult(heartbeat: queue.state))
            }
        }.start()
    }
}
