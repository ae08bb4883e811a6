import Imaging
import SegmentAnything
import Tensors

/// Measures the stages of SAM 2 by tracking through the frames of `BenchmarkScene`.
final class SegmentAnythingBenchmark {
    private let model: SegmentAnythingVideoModel
    private let timer: StageTimer
    /// Number of frames before the first measured one: those that fill the memory bank, including the prompted one.
    private let remembered: Int
    private let memory: MemoryConfiguration
    private let cost: SegmentAnythingCost
    private var tracked: SegmentAnythingVideoPredictor?
    /// The next frame of the clip.
    private var next: Int

    init(model: SegmentAnythingVideoModel, timer: StageTimer) {
        self.model = model
        self.timer = timer
        memory = model.memory
        remembered = max(1, memory.maskMemories)
        next = remembered
        cost = SegmentAnythingCost(configuration: model.configuration, weights: model.dataType)
    }

    func measure(_ stage: SegmentAnythingStage) throws -> StageMeasurement {
        switch stage {
        case .encoder: encoder()
        case .frame: try frame()
        case .object: try object()
        }
    }

    private func encoder() -> StageMeasurement {
        let pixels = Tensor.random([model.configuration.imageSize, model.configuration.imageSize, 3])
        return StageMeasurement(1, "frame", cost: [cost.encoder], timer.run { _ = model.image.features(pixels) })
    }

    /// Each run propagates the object to the clip's next frame: preprocessing, image encoder, memory attention, mask decoder, and
    /// resizing the mask to the clip's size.
    private func frame() throws -> StageMeasurement {
        let predictor = try predictor(), first = next
        let runs = try timer.run {
            try predictor.propagate(from: next, limit: 0) { _, _ in }
            next += 1
        }
        return StageMeasurement(1, "frame", cost: [cost.encoder, cost.selfAttended(memory), object(at: first)], runs)
    }

    /// Each run propagates to the last frame again, whose features are cached, so that only the per-object work is measured.
    private func object() throws -> StageMeasurement {
        let predictor = try predictor(), last = next - 1
        let runs = try timer.run { try predictor.propagate(from: last, limit: 0) { _, _ in } }
        return StageMeasurement(1, "object", cost: [object(at: last)], runs)
    }

    private func object(at frame: Int) -> ComputeCost {
        cost.object(
            memory, memories: min(frame, memory.maskMemories), pointers: min(frame, memory.maximumObjectPointers))
    }

    /// A predictor for one object, tracked through the frames that fill the memory bank.
    private func predictor() throws -> SegmentAnythingVideoPredictor {
        if let tracked { return tracked }
        let clip = BenchmarkClip(count: remembered + timer.repeats)
        let predictor = SegmentAnythingVideoPredictor(model, pictures: clip)
        try predictor.add(PicturePrompt(points: [], box: BenchmarkScene.box(0)), at: 0, object: 1)
        try predictor.propagate(from: 0, limit: remembered - 1) { _, _ in }
        tracked = predictor
        return predictor
    }
}

/// Frames rendered in advance.
private struct BenchmarkClip: ClipPictures {
    private let pictures: [RGBImage]

    init(count: Int) { pictures = (0..<count).map(BenchmarkScene.picture) }

    var count: Int { pictures.count }
    var width: Int { BenchmarkScene.width }
    var height: Int { BenchmarkScene.height }

    func picture(at frame: Int) -> RGBImage { pictures[frame] }
}
