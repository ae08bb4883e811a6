import Imaging
import SegmentAnything
import Tensors

/// Measures the stages of SAM 2 on a clip made by rule, tracked as any other.
final class SegmentAnythingBenchmark {
    private let model: SegmentAnythingVideoModel
    private let timer: StageTimer
    /// Frames before the first that is measured: those that fill the memory, the prompt's included.
    private let remembered: Int
    private let memory: MemoryConfiguration
    private let work: SegmentAnythingCost
    private var tracked: SegmentAnythingVideoPredictor?
    /// The next frame of the clip.
    private var next: Int

    init(model: SegmentAnythingVideoModel, timer: StageTimer) {
        self.model = model
        self.timer = timer
        memory = model.memory
        remembered = max(1, memory.maskMemories)
        next = remembered
        work = SegmentAnythingCost(configuration: model.configuration, weights: model.dataType)
    }

    func measure(_ stage: BenchmarkStage) throws -> BenchmarkReport.Stage {
        switch stage {
        case .samEncoder: encoder()
        case .samFrame: try frame()
        case .samObject: try object()
        default: preconditionFailure("no stage of SAM 2")
        }
    }

    private func encoder() -> BenchmarkReport.Stage {
        let pixels = Tensor.random([model.configuration.imageSize, model.configuration.imageSize, 3])
        return timer.stage(.samEncoder, 1, "frame", work: [work.encoder], timer.run { _ = model.image.features(pixels) })
    }

    /// Each run is the clip's next frame, as `propagate` gives it: prepared, encoded and looked up, its mask at the clip's
    /// size.
    private func frame() throws -> BenchmarkReport.Stage {
        let predictor = try predictor(), first = next
        let runs = try timer.run {
            try predictor.propagate(from: next, limit: 0) { _, _ in }
            next += 1
        }
        return timer.stage(.samFrame, 1, "frame", work: [work.encoder, work.firstLook(memory), object(at: first)], runs)
    }

    /// Each run is the last frame again: what objects share of it is known already, so that the object's own share is left.
    private func object() throws -> BenchmarkReport.Stage {
        let predictor = try predictor(), last = next - 1
        let runs = try timer.run { try predictor.propagate(from: last, limit: 0) { _, _ in } }
        return timer.stage(.samObject, 1, "object", work: [object(at: last)], runs)
    }

    private func object(at frame: Int) -> ComputeCost {
        work.object(
            memory, memories: min(frame, memory.maskMemories), pointers: min(frame, memory.maximumObjectPointers))
    }

    /// One object, tracked through the frames that fill the memory.
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

/// Frames made before they are asked for.
private struct BenchmarkClip: ClipPictures {
    private let pictures: [RGBImage]

    init(count: Int) { pictures = (0..<count).map(BenchmarkScene.picture) }

    var count: Int { pictures.count }
    var width: Int { BenchmarkScene.width }
    var height: Int { BenchmarkScene.height }

    func picture(at frame: Int) -> RGBImage { pictures[frame] }
}
