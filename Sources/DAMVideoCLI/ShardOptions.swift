import ArgumentParser
import DAMVideo
import Foundation
import Imaging

/// Option for this machine's share of the work.
struct ShardOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Do every N-th item starting at the I-th, counted from 0; env takes I and N from a Kubernetes indexed Job "
            + "(JOB_COMPLETION_INDEX, and "
            + "\(Shard.countVariable) for N) or a Slurm array. damvideo merge combines the shards.", valueName: "i/n|env"))
    var shard: String?

    /// True for a run whose machine may be taken away: SIGTERM ends it with exit code 75.
    var isPreemptible: Bool { shard != nil }

    /// The shard; nil for all of the work, also for 0/1.
    /// - Throws: `InputError` of category `usage`.
    func value() throws -> Shard? {
        guard let text = shard else { return nil }
        let shard = try text == "env" ? Shard(environment: ProcessInfo.processInfo.environment) : Shard(text: text)
        return shard.count > 1 ? shard : nil
    }
}

/// Option for the time to finish captions when the machine is taken away.
struct GraceOptions: ParsableArguments {
    /// Default seconds for shards and workers: Kubernetes and Slurm send SIGKILL 30 s after SIGTERM, and captions must be written
    /// by then.
    private static let usual = 20.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "On SIGTERM finish the captions being generated, for at most this many seconds, hand back the others, and end with "
                + "exit code 75. Default: 20 for shards and workers; other runs end at once, with 130.", valueName: "seconds"))
    var grace: Double?

    func validate() throws {
        if let grace, !(0...86400).contains(grace) { throw ValidationError("--grace \(grace): expected 0 to 86400 seconds") }
    }

    /// - Parameter isPreemptible: true if the machine may be taken away by default.
    /// - Returns: nil for a run that ends at once.
    func time(isPreemptible: Bool) -> Duration? {
        grace != nil || isPreemptible ? .seconds(grace ?? Self.usual) : nil
    }

    /// True for signals that announce the loss of the machine: schedulers send SIGTERM, or SIGXCPU when the CPU time is used up.
    static func isPreemption(_ cause: Interruption.Cause) -> Bool { [.signal(SIGTERM), .signal(SIGXCPU)].contains(cause) }
}
