import Detectors

/// Measures a detector on a frame of `BenchmarkScene`.
struct DetectorBenchmark {
    let model: any PictureDetector
    let timer: StageTimer

    /// Minimum score of detections. Random weights detect objects everywhere, and resizing their masks would take a tenth of the
    /// time; above this score almost nothing is left.
    private static let threshold: Float = 0.99

    func measure(_ stage: DetectorStage) throws -> StageMeasurement {
        let picture = BenchmarkScene.picture(0)
        // Warm-up: the first image pays for loading weights and allocating memory.
        _ = try model.detections(in: picture, threshold: Self.threshold)
        let runs = try timer.run { _ = try model.detections(in: picture, threshold: Self.threshold) }
        return StageMeasurement(1, "frame", cost: [model.cost], runs)
    }
}
