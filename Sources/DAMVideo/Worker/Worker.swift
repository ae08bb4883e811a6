import Foundation
import Imaging
import ObjectTracking
import Synchronization

/// Does jobs that come as lines of JSON with one loaded model, and answers each with one line: its result, or the reason why
/// there is none, which ends neither the worker nor other jobs.
public final class Worker: Sendable {
    /// Time for threads whose captions are generated to write them down, once no grace is left to generate others.
    private static let settling = Duration.milliseconds(500)

    public struct Settings: Sendable {
        /// Jobs done side by side. Results of more than one come in the order in which they are ready.
        public var parallel = 1
        /// Jobs that may wait; whoever feeds the worker waits beyond that.
        public var waiting = 16
        /// Time between signs of life; nil for none.
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
    ///   - engine: captions the jobs of all lines.
    ///   - segmentation: path of SAM 2 and the model, for jobs that point at objects.
    ///   - detector: path of a detector and the model, for jobs that have objects detected.
    ///   - settings: of the jobs.
    ///   - write: takes a line of output; called on several threads, one at a time.
    ///   - onBrokenOutput: called when `write` fails: results cannot be told any more.
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

    /// Does jobs until the input ends, and then those that are left.
    /// - Throws: `InputError` of category `inputOutput` for an input that breaks off; what was read is done then.
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

    /// Ends the worker, from any thread: captions that are being generated are finished if there is time, then every job that is
    /// left is handed back by a line; `run` does not return before the process ends. Finished tracks of jobs with files are written.
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
                // Without the id, whose line is to be the other job's.
                refuse(InputError(.usage, "id \(job.id): found it at another job that is not done, expected one of its own"), line)
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
        // A cancel that came before there was a runner.
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
