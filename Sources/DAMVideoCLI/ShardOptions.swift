import ArgumentParser
import DAMVideo
import Foundation
import Imaging

/// A share of the work for this machine.
struct ShardOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Do every N-th item from the I-th on, I from 0; env takes I and N from a Kubernetes indexed Job (JOB_COMPLETION_INDEX, and "
            + "\(Shard.countVariable) for N) or a Slurm array. damvideo merge puts the shards together.", valueName: "i/n|env"))
    var shard: String?

    /// True for a run whose machine may be taken away: SIGTERM ends it with exit code 75.
    var isPreemptible: Bool { shard != nil }

    /// The share; nil for all of the work, of which 0/1 is another name.
    /// - Throws: `InputError` of category `usage`.
    func value() throws -> Shard? {
        guard let text = shard else { return nil }
        let shard = try text == "env" ? Shard(environment: ProcessInfo.processInfo.environment) : Shard(text: text)
        return shard.count > 1 ? shard : nil
    }
}

/// Time to finish captions when the machine is taken away.
struct GraceOptions: ParsableArguments {
    /// Seconds of a shard or a worker: Kubernetes and Slurm kill 30 s after SIGTERM, and captions are to be written by then.
    private static let usual = 20.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "On SIGTERM finish the captions that are being generated, for this many seconds at most, hand back the others, and end with "
                + "exit code 75. Default: 20 for shards and workers; other runs are ended at once, with 130.", valueName: "seconds"))
    var grace: Double?

    func validate() throws {
        if let grace, !(0...86400).contains(grace) { throw ValidationError("--grace \(grace): expected 0 to 86400 seconds") }
    }

    /// - Parameter isPreemptible: whether the machine may be taken away unless the option says so.
    /// - Returns: nil for a run that is ended like any program.
    func time(isPreemptible: Bool) -> Duration? {
        grace != nil || isPreemptible ? .seconds(grace ?? Self.usual) : nil
    }

    /// Time for a signal; nil for one that is no taking away. Schedulers announce the end by SIGTERM, and time that is used up by
    /// SIGXCPU.
    static func isPreemption(_ cause: Interruption.Cause) -> Bool { [.signal(SIGTERM), .signal(SIGXCPU)].contains(cause) }
}
