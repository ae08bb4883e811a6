import Imaging

/// The shard that a cluster's environment says.
/// Sources: https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode,
/// https://slurm.schedmd.com/job_array.html.
extension Shard {
    /// Variable with the number of shards, where the cluster does not tell it, or tells that of a part alone.
    public static let countVariable = "DAMVIDEO_SHARD_COUNT"
    private static let kubernetesIndex = "JOB_COMPLETION_INDEX"
    private static let slurmIndex = "SLURM_ARRAY_TASK_ID"

    /// Kubernetes' index is the shard's, and `DAMVIDEO_SHARD_COUNT` the number of shards, because a pod is not told the number of
    /// completions. A task of a Slurm array is the shard of its place in the array; with `DAMVIDEO_SHARD_COUNT` it is the shard
    /// of its own number, so that tasks of an array can be run again alone.
    /// - Throws: `InputError` of category `usage` where the environment says nothing, or two things.
    public init(environment: [String: String]) throws {
        let count = try environment[Self.countVariable].map { try Self.value($0, of: Self.countVariable) }
        switch (environment[Self.kubernetesIndex], environment[Self.slurmIndex]) {
        case (let pod?, let task?):
            throw InputError(
                .usage, "--shard env: found \(Self.kubernetesIndex)=\(pod) and \(Self.slurmIndex)=\(task), expected one of them, or "
                    + "--shard I/N")
        case (let pod?, nil):
            guard let count else {
                throw InputError(
                    .usage, "--shard env: found \(Self.kubernetesIndex)=\(pod) alone, expected \(Self.countVariable) with the job's "
                        + "completions")
            }
            try self.init(Self.value(pod, of: Self.kubernetesIndex), of: count)
        case (nil, let task?):
            if let count {
                try self.init(Self.value(task, of: Self.slurmIndex), of: count)
            } else {
                self = try Self.ofArray(environment, task: Self.value(task, of: Self.slurmIndex))
            }
        case (nil, nil):
            throw InputError(
                .usage, "--shard env: found neither \(Self.kubernetesIndex) nor \(Self.slurmIndex), expected one of them, or --shard I/N")
        }
    }

    /// The shard of a task's place in its array.
    private static func ofArray(_ environment: [String: String], task: Int) throws -> Shard {
        func value(_ name: String) throws -> Int? {
            let name = "SLURM_ARRAY_TASK_" + name
            return try environment[name].map { try Self.value($0, of: name) }
        }
        guard let count = try value("COUNT"), let first = try value("MIN"), task >= first else {
            throw InputError(
                .usage, "--shard env: found \(slurmIndex)=\(task) without its array, expected SLURM_ARRAY_TASK_COUNT and "
                    + "SLURM_ARRAY_TASK_MIN up to it, or \(countVariable)")
        }
        let step = try max(1, value("STEP") ?? 1), last = try value("MAX")
        let (steps, rest) = (task - first).quotientAndRemainder(dividingBy: step)
        guard rest == 0, steps < count, last.map({ $0 >= first && ($0 - first) / step == count - 1 }) ?? true else {
            throw InputError(
                .usage, "--shard env: found \(slurmIndex)=\(task) in an array of \(count) tasks with gaps, where its place is not known, "
                    + "expected one such as 0-7, or \(countVariable) with tasks from 0")
        }
        guard count > 1 || task == 0 else {
            throw InputError(
                .usage, "--shard env: found an array of task \(task) alone, which may be one of several that runs again, expected "
                    + "\(countVariable) with the number of shards")
        }
        return try Shard(steps, of: count)
    }

    private static func value(_ text: String, of name: String) throws -> Int {
        guard let value = number(text) else { throw InputError(.usage, "\(name)=\(text): expected a number from 0") }
        return value
    }
}
