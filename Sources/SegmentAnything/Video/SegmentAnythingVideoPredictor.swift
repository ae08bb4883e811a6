import Imaging
import Tensors

/// Tracks objects through a clip from prompts on some of its frames, like the original's `SAM2VideoPredictor`: prompts on any
/// frame, corrections of tracked frames, both directions. Holds one clip's state; the model can be shared. Objects are tracked
/// independently and share the features of the frame.
package final class SegmentAnythingVideoPredictor {
    /// One object in one frame.
    package struct ObjectMask: Sendable {
        package let object: Int
        /// In the clip's pixels.
        package let mask: Mask
        /// `[height, width]` of the clip, above 0 inside.
        package let logits: Tensor
        package let output: ObjectOutput
    }

    private let model: SegmentAnythingVideoModel
    private let pictures: any ClipPictures
    private let settings: VideoSettings
    private let preparation: ImagePreparation
    /// Object ids in the order of their first prompts.
    package private(set) var objects: [Int] = []
    private var states: [Int: TrackedObject] = [:]
    /// Features of the most recently encoded frame.
    private var latest: (frame: Int, features: ImageFeatures)?
    private var store: FeatureStore
    /// Number of frames encoded so far, repeats included.
    package private(set) var encodings = 0
    /// Distinct frames encoded so far.
    package private(set) var encodedFrames: Set<Int> = []
    /// Self-attended features of the latest frame, computed when an object with memories first needs them.
    private var selfAttended: Tensor?

    package init(_ model: SegmentAnythingVideoModel, pictures: any ClipPictures, settings: VideoSettings = VideoSettings()) {
        self.model = model
        self.pictures = pictures
        self.settings = settings
        preparation = ImagePreparation(side: model.configuration.imageSize)
        store = FeatureStore(limit: settings.featureBytes)
    }

    // MARK: Prompts

    /// Adds points, a box or both. On a tracked frame they correct its mask.
    /// - Parameters:
    ///   - prompt: in the clip's pixels.
    ///   - object: the object's id; an unused one creates an object.
    ///   - keepsPoints: true to keep the object's earlier points on this frame. They are dropped if the prompt has a box.
    /// - Returns: every object's mask on that frame, as far as known.
    /// - Throws: `VideoPromptError`, `PicturePromptError` for a prompt outside the image, and errors of reading the frame.
    @discardableResult
    package func add(
        _ prompt: PicturePrompt, at frame: Int, object: Int, keepsPoints: Bool = false
    ) throws -> [ObjectMask] {
        try check(prompt, at: frame)
        let points = try prompt.modelPoints(
            width: pictures.width, height: pictures.height, side: model.configuration.imageSize)
        var state = states[object] ?? TrackedObject()
        let earlier = keepsPoints && prompt.box == nil ? state.points[frame] ?? [] : []
        let direction = state.directions[frame]
        let features = try features(of: frame)
        let all = earlier + points
        let embedding = embedding(features, frame, state.bank, direction: direction)
        // The object's earlier mask in this frame serves as a mask prompt.
        let before = state.output(at: frame)?.mask.mapped { min(max($0, -32), 32) }
        let output = model.segment(
            features, embedding: embedding, points: all, mask: before,
            multimask: model.memory.usesMultimask(points: all.count, isInitial: direction == nil))
        state.points[frame] = all
        answer(object, state, frame, output, features)
        return masks(at: frame)
    }

    /// Adds a mask of the clip's size, which is used as the object's mask unchanged.
    /// - Returns: every object's mask on that frame, as far as known.
    /// - Throws: `VideoPromptError`, and errors of reading the frame.
    @discardableResult
    package func add(_ mask: Mask, at frame: Int, object: Int) throws -> [ObjectMask] {
        try check(frame)
        guard mask.width == pictures.width, mask.height == pictures.height else {
            throw VideoPromptError.maskSize(mask: [mask.width, mask.height], clip: [pictures.width, pictures.height])
        }
        var state = states[object] ?? TrackedObject()
        let features = try features(of: frame)
        let side = model.configuration.imageSize
        let given = Tensor([1, mask.height, mask.width], values: mask.pixels.map(Float.init))
        let resized = given.shape == [1, side, side]
            ? given
            : given.interpolated(height: side, width: side, .bilinearAntialiased).mapped { $0 >= 0.5 ? 1 : 0 }
        state.points[frame] = nil
        answer(object, state, frame, model.accept(resized, features), features)
        return masks(at: frame)
    }

    /// Stores the answer to a prompt until tracking starts.
    private func answer(
        _ object: Int, _ state: TrackedObject, _ frame: Int, _ output: ObjectOutput, _ features: ImageFeatures
    ) {
        var state = state, output = output
        output.memory = model.remember(output, features, isPrompted: true)
        state.pending[frame] = (output, state.directions[frame] == nil || settings.correctsWithMemory)
        if states.updateValue(state, forKey: object) == nil { objects.append(object) }
    }

    /// Checks that a prompt can be added.
    /// - Throws: as `add`.
    package func check(_ prompt: PicturePrompt, at frame: Int) throws {
        try check(frame)
        guard prompt.box != nil || !prompt.points.isEmpty else { throw VideoPromptError.empty }
        _ = try prompt.modelPoints(width: pictures.width, height: pictures.height, side: model.configuration.imageSize)
    }

    private func check(_ frame: Int) throws {
        guard (0..<pictures.count).contains(frame) else { throw VideoPromptError.frame(frame, count: pictures.count) }
    }

    // MARK: Tracking

    /// Tracks every object from a frame to the end of the clip, or back to its start.
    /// - Parameters:
    ///   - start: nil for the first frame with a prompt.
    ///   - limit: number of frames to track after the first; nil for all.
    ///   - onFrame: called with each frame's masks in the order of tracking; an error it throws ends the call.
    /// - Throws: `VideoPromptError`, and errors of reading a frame.
    package func propagate(
        from start: Int? = nil, limit: Int? = nil, reversed: Bool = false,
        onFrame: (_ frame: Int, [ObjectMask]) throws -> Void
    ) throws {
        try settle()
        let first = start ?? states.values.compactMap { $0.bank.conditioning.keys.min() }.min() ?? 0
        try check(first)
        // The clip's first frame has no predecessor.
        if reversed, first == 0 { return }
        let reach = min(limit ?? pictures.count, pictures.count)
        let last = reversed ? max(first - reach, 0) : min(first + reach, pictures.count - 1)
        for frame in stride(from: first, through: last, by: reversed ? -1 : 1) {
            for object in objects { try track(object, in: frame, from: first, reversed: reversed) }
            try onFrame(frame, masks(at: frame))
        }
    }

    /// Tracks some objects forwards up to a frame, so that prompts there correct the tracked masks.
    /// - Parameters:
    ///   - objects: each with a prompt already.
    ///   - onFrame: called with each frame; an error it throws ends the call.
    /// - Throws: as `propagate`.
    package func advance(_ objects: [Int], from start: Int, through last: Int, onFrame: (Int) throws -> Void) throws {
        try settle()
        try check(start)
        try check(last)
        for frame in stride(from: start, through: last, by: 1) {
            for object in objects { try track(object, in: frame, from: start, reversed: false) }
            try onFrame(frame)
        }
    }

    private func settle() throws {
        for object in objects { states[object]?.settle() }
        guard !objects.isEmpty else { throw VideoPromptError.noPrompt }
        guard states.values.allSatisfy({ !$0.bank.conditioning.isEmpty }) else { throw VideoPromptError.unconditioned }
    }

    private func track(_ object: Int, in frame: Int, from start: Int, reversed: Bool) throws {
        guard var state = states[object] else { return }
        if state.bank.conditioning[frame] == nil {
            let features = try features(of: frame)
            let embedding = embedding(features, frame, state.bank, direction: reversed)
            var output = model.segment(
                features, embedding: embedding, points: [], mask: nil,
                multimask: model.memory.usesMultimask(points: 0, isInitial: false))
            output.memory = model.remember(output, features, isPrompted: false)
            state.bank.track(frame, output)
        }
        state.directions[frame] = reversed
        // `start` is kept because tracking in the other direction begins there.
        if !settings.keepsEverything { state.bank.forget(except: [frame, start], model.memory) }
        states[object] = state
    }

    /// - Parameter direction: nil for a frame that was not tracked yet, which is segmented without memory.
    private func embedding(
        _ features: ImageFeatures, _ frame: Int, _ bank: MemoryBank, direction reversed: Bool?
    ) -> Tensor {
        guard let reversed else { return model.image.embeddingWithoutMemory(features) }
        let recollection = bank.recollection(for: frame, of: pictures.count, reversed: reversed, model.memory)
        let look = selfAttended ?? model.selfAttended(features)
        selfAttended = look
        return model.conditioned(look, on: recollection, frameCount: pictures.count)
    }

    private func features(of frame: Int) throws -> ImageFeatures {
        if let latest, latest.frame == frame { return latest.features }
        latest = nil
        selfAttended = nil
        let features: ImageFeatures
        if let kept = store[frame] {
            features = kept
        } else {
            features = model.image.features(preparation.frame(try pictures.picture(at: frame)))
            encodings += 1
            encodedFrames.insert(frame)
            store.keep(features, of: frame)
        }
        latest = (frame, features)
        return features
    }

    /// Caches the features of these frames when they are encoded, within `VideoSettings.featureBytes`.
    package func keepFeatures(of frames: Set<Int>) { store.wanted = frames }

    /// Drops a frame's cached features.
    package func releaseFeatures(of frame: Int) { store.release(frame) }

    // MARK: Masks

    private func masks(at frame: Int) -> [ObjectMask] {
        let found = objects.compactMap { object in states[object]?.output(at: frame).map { (object, $0) } }
        var logits = found.map { _, output in
            output.mask.interpolated(height: pictures.height, width: pictures.width, .bilinear)
        }
        if settings.separatesObjects { logits = separated(logits) }
        return zip(found, logits).map { found, logits in
            let pixels: [UInt8] = logits.withValues { $0.map { $0 > 0 ? 1 : 0 } }
            return ObjectMask(
                object: found.0, mask: Mask(width: pictures.width, height: pictures.height, pixels: pixels),
                logits: logits.reshaped([pictures.height, pictures.width]), output: found.1)
        }
    }

    /// Assigns each pixel to the object with the largest logit there; the other objects' logits are limited to -10.
    private func separated(_ logits: [Tensor]) -> [Tensor] {
        guard logits.count > 1 else { return logits }
        let values = logits.map(\.array)
        let owners = values[0].indices.map { pixel in
            values.indices.max { values[$0][pixel] < values[$1][pixel] } ?? 0
        }
        return logits.enumerated().map { index, tensor in
            Tensor(tensor.shape) { output in
                for pixel in output.indices {
                    let value = values[index][pixel]
                    output[pixel] = owners[pixel] == index ? value : min(value, -10)
                }
            }
        }
    }
}
