import Imaging

/// The shard given by a cluster's environment variables. Sources:
/// https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode, https://slurm.schedmd.com/job_array.html.
extension Shard {
    /// Variable with the number of shards, for clusters that do not tell it or only that of a part.
    public static let countVariable = "DAMVIDEO_SHARD_COUNT"
    private static let kubernetesIndex = "JOB_COMPLETION_INDEX"
    private static let slurmIndex = "SLURM_ARRAY_TASK_ID"

    /// Kubernetes gives the shard's index; `DAMVIDEO_SHARD_COUNT` must give the count, because a pod does not know the number of
    /// completions. In a Slurm array the shard is the task's position in the array or, with `DAMVIDEO_SHARD_COUNT`, its task
    /// number, so that single tasks can be run again.
    /// - Throws: `InputError` of category `usage` if the environment names no shard, or two.
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

    /// The shard of a task by its position in its array.
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
