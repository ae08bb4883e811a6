import DAMVideo
import Evaluation
import Files
import Foundation
import Imaging

/// Destination of a step's output, and callbacks for its progress.
package struct StepTarget {
    /// Path of the output, including the shard's suffix.
    package let path: String
    package let shard: Shard?
    package let overwrites: Bool
    /// Status file for progress; nil for none.
    package let status: String?
    /// Called between units of work; an error it throws ends the run, whose finished lines are kept.
    package let check: () throws -> Void
    /// Called with the number of records done, and their total.
    package let show: (Int, Int) -> Void

    /// - Parameter output: path of the whole output, without a shard's suffix.
    package init(
        _ output: String, shard: Shard? = nil, overwrites: Bool = false, status: String? = nil,
        check: @escaping () throws -> Void = {}, show: @escaping (Int, Int) -> Void = { _, _ in }
    ) {
        path = shard?.path(of: output) ?? output
        (self.shard, self.overwrites, self.status, self.check, self.show) = (shard, overwrites, status, check, show)
    }
}

/// Result of a step.
package struct StepResult: Sendable {
    package let meta: StepMeta
    /// True if the output existed already, so that nothing was done.
    package let wasThere: Bool
}

/// A step that makes one line per record.
struct StepRun {
    let step: String
    /// Everything that the result depends on, apart from the records.
    let options: OrderedObject
    /// Record keys that the step sets.
    let keys: Set<String>
    /// True for a step whose lines are expensive to make.
    var savesEach = false
    /// Other input files, besides the records.
    var files: [String] = []

    /// Runs the step.
    /// - Parameter work: called with the positions of the records to do, in order; puts a line for each into the output, or
    ///   records its failure.
    /// - Throws: `InputError`, and what `work` throws.
    func callAsFunction(
        _ records: RecordFiles, _ target: StepTarget, work: ([Int], StepOutput, StepProgress) throws -> Void
    ) throws -> StepResult {
        try InputFiles(records.paths + files).refuse(target.path)
        let others = try files.map { StepMeta.Input(path: $0, digest: try ContentDigest.of(file: $0)) }
        let meta = StepMeta(step: step, options: options, inputs: records.inputs + others, shard: target.shard)
        let output = try StepOutput(target.path, meta, wanted: records.ids, overwrites: target.overwrites, savesEach: savesEach)
        guard !output.isThere else { return StepResult(meta: try StepMeta(of: target.path) ?? meta, wasThere: true) }
        let open = try (0..<records.count).filter { try !output.has(records.record($0), besides: keys) }
        output.settle()
        let progress = StepProgress(step, of: records.count, done: records.count - open.count, target)
        do {
            try work(open, output, progress)
        } catch {
            try? output.flush()
            progress.end()
            throw error
        }
        let result = try output.finish()
        progress.end()
        return StepResult(meta: result, wasThere: false)
    }

    /// Runs the step with a function applied to each record.
    func callAsFunction(_ records: RecordFiles, _ target: StepTarget, each: (Record) throws -> Record) throws -> StepResult {
        try self(records, target) { places, output, progress in
            for place in places {
                try progress.check()
                try output.put(each(records.record(place)))
                progress.advance()
            }
        }
    }
}

/// Progress of a run, for users and for programs that read its status file.
final class StepProgress {
    /// Seconds between updates of the status file.
    private static let interval = 60.0

    private let step: String
    private let all: Int
    private let earlier: Int
    private var done: Int
    private var failed = 0
    private let target: StepTarget
    private let begin = ContinuousClock.now
    private var told: ContinuousClock.Instant?

    init(_ step: String, of all: Int, done: Int, _ target: StepTarget) {
        (self.step, self.all, earlier, self.done, self.target) = (step, all, done, done, target)
        tell()
    }

    func check() throws { try target.check() }

    func advance(failed: Bool = false) {
        done += 1
        if failed { self.failed += 1 }
        target.show(done, all)
        if let told, (ContinuousClock.now - told) / .seconds(1) < Self.interval { return }
        tell()
    }

    func end() { tell() }

    /// Writes the status file; failing to write it does not end the run.
    private func tell() {
        told = .now
        guard let path = target.status else { return }
        let seconds = (ContinuousClock.now - begin) / .seconds(1), rate = seconds > 0 ? Double(done - earlier) / seconds : 0
        let rest: OrderedJSON = rate > 0 ? .number((Double(all - done) / rate).rounded()) : .null
        let json: OrderedObject = [
            "step": .string(step), "shard": target.shard.map { .string($0.text) } ?? .null, "done": .number(done), "of": .number(all),
            "failed": .number(failed), "seconds": .number(seconds.rounded()), "per_second": .number(Caption.rounded(rate)),
            "seconds_left": done == all ? .number(0) : rest,
        ]
        try? OutputFile.write(PythonJSON.data(.object(json)) + Data("\n".utf8), to: path, replaces: true)
    }
}
