import Tensors

/// The runs of a stage, with the work of each.
struct StageMeasurement {
    /// Work of one run, in units of `unit`.
    let count: Int
    /// "frame", "token" or "object".
    let unit: String
    /// Cost of one run, step by step.
    let cost: [ComputeCost]
    let runs: StageTimer.Runs

    init(_ count: Int, _ unit: String, cost: [ComputeCost], _ runs: StageTimer.Runs) {
        self.count = count
        self.unit = unit
        self.cost = cost
        self.runs = runs
    }
}

extension BenchmarkReport.Stage {
    /// A stage's median duration against its roofline, the minimum time for its arithmetic and memory traffic.
    /// - Parameter limits: peak speeds of the machine on all cores.
    init(_ name: BenchmarkStage, _ measurement: StageMeasurement, _ limits: MachineSpeed.Limits) {
        let seconds = measurement.runs.seconds.median
        let total = measurement.cost.sum, roofline = measurement.cost.limit(limits)
        self.init(
            name: name, seconds: seconds, runs: measurement.runs.seconds,
            processorSeconds: measurement.runs.processorSeconds.median, unit: measurement.unit, count: measurement.count,
            rate: Double(measurement.count) / seconds, gigaops: total.operations / 1e9,
            gigaopsPerSecond: total.operations / 1e9 / seconds, gigabytes: total.bytes / 1e9,
            gigabytesPerSecond: total.bytes / 1e9 / seconds, limitSeconds: roofline.seconds,
            limit: roofline.isArithmetic ? "arithmetic" : "memory", percentOfLimit: 100 * roofline.seconds / seconds,
            peakResidentBytes: measurement.runs.peakResidentBytes)
    }
}
