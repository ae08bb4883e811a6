import Imaging

/// Label Studio's video rectangles: keyframes in percent of the image size, frames counted from 1. A rectangle is interpolated
/// linearly between keyframes; after a keyframe that is not `enabled` it is absent until the next, and after an enabled last one
/// it stays to the end. Label Studio counts frames at the project's frame rate; if that is not the clip's, frames are matched by
/// time.
///
/// Source: Label Studio, `label_studio_tools/postprocessing/video.py`, and `VideoRectangle` of its front end.
enum LabelStudioDetections {
    /// Tolerance in frames for a video's length given in seconds.
    private static let slack = 2.0

    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, clip: ClipFacts, keepsGoing: Bool) throws -> DetectionTable {
        var table = DetectionTable(path: document.path, format: .labelStudio, keepsGoing: keepsGoing)
        guard let size = clip.size else {
            throw table.unusable("boxes in hundredths of the picture, and no clip", "the clip, whose size they are parts of")
        }
        var tasks: [LabelStudioTask] = []
        try document.read { json in
            if try json.kind() == .object { return tasks.append(try LabelStudioTask(&json)) }
            try json.array { json, _ in tasks.append(try LabelStudioTask(&json)) }
        }
        let task = tasks[try VideoChoice(names: tasks.map(\.names)).index(clip: clip.name, path: document.path)]
        let regions = try regions(of: task, in: &table)
        let timing = LabelStudioTiming(regions, clip: clip, slack: slack)
        if let note = timing.note { table.note(note) }
        // The frames are already those of the clip: by number, or by time.
        (table.isPlaced, table.firstFrame) = (true, 1)
        if let count = timing.frameCount { try table.annotate(stride(from: 0, to: count, by: 1)) }
        for (index, region) in regions.enumerated() {
            let id = region.id ?? .number(index + 1)
            try table.attempt("region \(id)") { table in try add(region, id, timing, size: size, to: &table) }
        }
        if task.passedOver > 0 { table.note("\(task.passedOver) regions that are not video rectangles are ignored") }
        return table
    }

    /// - Throws: `MaskError` for several annotators.
    private static func regions(of task: LabelStudioTask, in table: inout DetectionTable) throws -> [LabelStudioTask.Region] {
        let done = task.annotations.filter { !$0.isCancelled && !$0.regions.isEmpty }, truth = done.filter(\.isGroundTruth)
        let chosen = done.count > 1 && truth.count == 1 ? truth : done
        if let only = chosen.first {
            guard chosen.count == 1 else {
                throw table.unusable("\(chosen.count) annotations of one task", "one, or one that is its ground truth")
            }
            if done.count > 1 { table.note("\(done.count) annotations of the task: that marked as ground truth is taken") }
            return only.regions
        }
        guard let model = task.predictions.first(where: { !$0.regions.isEmpty }) else { return [] }
        table.note("no annotations but predictions: these are taken")
        return model.regions
    }

    private static func add(
        _ region: LabelStudioTask.Region, _ id: TrackID, _ timing: LabelStudioTiming, size: PictureSize, to table: inout DetectionTable
    ) throws {
        let keyframes = region.keyframes.sorted { $0.frame < $1.frame }
        var latest = -1
        func add(_ keyframe: LabelStudioTask.Keyframe, frame: Int) throws {
            // Several of the project's frames may map to one of the clip's.
            guard timing.isInClip(frame), frame > latest else { return }
            latest = frame
            let (shape, box) = try placed(keyframe, size)
            try table.add(DetectionRow(key: frame, box: box, shape: shape, label: region.label, score: region.score, identity: id))
        }
        for (index, keyframe) in keyframes.enumerated() {
            let next = index + 1 < keyframes.count ? keyframes[index + 1] : nil
            guard next.map({ $0.frame > keyframe.frame }) ?? true else {
                throw InputError(found: "frame \(keyframe.frame) twice", expected: "one keyframe for each frame")
            }
            let start = timing.clipFrame(keyframe.frame)
            // A keyframe that ends the rectangle still shows it.
            guard keyframe.isEnabled else {
                try add(keyframe, frame: start)
                continue
            }
            let end = next.map { timing.clipFrame($0.frame) } ?? max(start + 1, timing.end(region))
            guard end - start <= DetectionTable.maximumRows else {
                throw InputError(found: "\(end - start) frames", expected: "those of one clip")
            }
            for frame in start..<max(start, end) { try add(between(keyframe, next, at: timing.position(of: frame)), frame: frame) }
        }
    }

    private static func between(
        _ one: LabelStudioTask.Keyframe, _ other: LabelStudioTask.Keyframe?, at position: Double
    ) -> LabelStudioTask.Keyframe {
        guard let other else { return one }
        let part = min(max((position - Double(one.frame)) / Double(other.frame - one.frame), 0), 1)
        var result = one
        result.box = zip(one.box, other.box).map { $0 + ($1 - $0) * part }
        result.rotation += (other.rotation - one.rotation) * part
        return result
    }

    private static func placed(_ keyframe: LabelStudioTask.Keyframe, _ size: PictureSize) throws(InputError) -> (DetectedShape, Rectangle) {
        let width = Double(size.width) / 100, height = Double(size.height) / 100
        let box = Rectangle(
            left: keyframe.box[0] * width, top: keyframe.box[1] * height, width: keyframe.box[2] * width, height: keyframe.box[3] * height)
        guard keyframe.rotation.truncatingRemainder(dividingBy: 360) != 0 else { return (.box, box) }
        let corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
        return try DetectedShape.polygon(turned(corners, about: (box.left, box.top), by: keyframe.rotation))
    }
}

/// Mapping from Label Studio's frames, which count from 1 at the project's frame rate, to the clip's.
struct LabelStudioTiming {
    /// Number of examined frames of the clip; nil if neither the clip nor the file says.
    let frameCount: Int?
    /// Note if frames were matched by time; nil if the numbers are the clip's.
    private(set) var note: String?
    /// Label Studio's frames per frame of the clip.
    private var ratio = 1.0

    /// - Parameter slack: tolerance of the file's frame count, in frames.
    init(_ regions: [LabelStudioTask.Region], clip: ClipFacts, slack: Double) {
        let region = regions.first { $0.frameCount ?? 0 > 0 }, count = region?.frameCount.map { min($0, FrameNames.largest) }
        frameCount = clip.frameCount ?? count
        guard let count, let duration = region?.duration, duration > 0, duration < 1e9, let rate = clip.frameRate, rate > 0 else {
            guard let count, let frames = clip.frameCount, frames > 0,
                abs(Double(count - frames)) > max(slack, Double(frames) / 50)
            else { return }
            take(Double(count) / Double(frames), "\(count) frames in the file for \(frames) of the clip")
            return
        }
        guard abs(Double(count) - duration * rate) > slack else { return }
        take(
            Double(count) / (duration * rate),
            "\(count) frames in \(duration.formatted()) seconds, where the clip has \(rate.formatted()) a second")
    }

    private mutating func take(_ ratio: Double, _ reason: String) {
        guard ratio.isFinite, ratio > 1e-3, ratio < 1e3 else { return }
        self.ratio = ratio
        note = "\(reason): the project's frame rate is not the clip's, frames are found by time"
    }

    /// The clip's frame for one of Label Studio's, which some tools count from 0.
    func clipFrame(_ frame: Int) -> Int { Int((Double(max(0, frame - 1)) / ratio).rounded()) }

    /// Label Studio's number for a frame of the clip.
    func position(of frame: Int) -> Double { Double(frame) * ratio + 1 }

    /// One past the last frame of the clip.
    func end(_ region: LabelStudioTask.Region) -> Int {
        frameCount ?? region.frameCount.map { clipFrame(min($0, FrameNames.largest) + 1) } ?? 0
    }

    /// False for a frame just after the clip's last, for files whose count is one or two too high.
    func isInClip(_ frame: Int) -> Bool {
        guard let frameCount else { return true }
        return frame < frameCount || frame >= frameCount + 2
    }
}
