import Detectors

/// Measures a detector on a frame of `BenchmarkScene`.
struct DetectorBenchmark {
    let model: any PictureDetector
    let timer: StageTimer

    /// Least score of what is found. Random weights find something everywhere, whose masks at the picture's size would take a tenth of
    /// the time; above this score there is next to nothing.
    private static let threshold: Float = 0.99

    func measure(_ stage: DetectorStage) throws -> StageMeasurement {
        let picture = BenchmarkScene.picture(0)
        // The first picture meets weights and memory that no other one does.
        _ = try model.detections(in: picture, threshold: Self.threshold)
        let runs = try timer.run { _ = try model.detections(in: picture, threshold: Self.threshold) }
        return StageMeasurement(1, "frame", cost: [model.cost], runs)
    }
}
