import Imaging

extension DetectionTable {
    /// Converts the detections to the clip's frame numbers and pixels.
    /// - Parameter count: counts the clip's frames, which is slow; called only if the frame numbers depend on it.
    /// - Throws: `MaskError` if a frame number or the image size does not fit the clip; what `count` throws.
    func detections(settings: DetectionSettings, clip: ClipFacts, count: () throws -> Int?) throws -> DetectionSet {
        let looked = annotated?.sorted()
        let keys = looked == nil ? Set((rows + ignored).map(\.key)).sorted() : (annotated ?? []).union((rows + ignored).map(\.key)).sorted()
        let placing = try FramePlacing(keys, of: self, settings: settings, clip: clip, count: count)
        let scale = try PictureScale(from: size, to: clip.size, path: path)
        func place(_ rows: [DetectionRow]) throws -> [Detection] {
            let found = try rows.map { row in
                let frame = placing.frame(of: row.key)
                return Detection(
                    frame: frame, box: scale.apply(row.box), mask: try scale.mask(of: row.shape, size: size, path: path, frame: frame),
                    label: row.label, score: row.score, identity: row.identity)
            }
            // Sorted stably: sorting by frame alone could reorder detections of one frame.
            return found.enumerated().sorted { ($0.element.frame, $0.offset) < ($1.element.frame, $1.offset) }.map(\.element)
        }
        let detections = try place(rows), left = try place(ignored)
        if let frameCount = placing.frameCount, let beyond = (detections + left).map(\.frame).max(), beyond >= frameCount {
            throw unusable("detections for frame \(beyond)",
                "none after frame \(frameCount - 1): the clip has \(frameCount) frames\(placing.help)")
        }
        let frames = looked?.map(placing.frame).filter { frame in placing.frameCount.map { frame < $0 } ?? true }
        return DetectionSet(
            path: path, format: format, detections: detections, ignored: left, annotatedFrames: frames, pictureSize: size,
            notes: problems.map(\.message) + [placing.note, scale.note].compactMap(\.self).map { "\(path): \($0)" })
    }
}

/// Mapping from a source's keys to the clip's frames.
private struct FramePlacing {
    private(set) var note: String?
    /// Hint for messages about a frame beyond the clip.
    private(set) var help = ""
    /// Exact number of frames of the clip; nil if unknown.
    private(set) var frameCount: Int?
    private var frameOfKey: [Int: Int]?

    func frame(of key: Int) -> Int { frameOfKey?[key] ?? key }

    /// - Parameter keys: ascending, without duplicates.
    init(
        _ keys: [Int], of table: DetectionTable, settings: DetectionSettings, clip: ClipFacts, count: () throws -> Int?
    ) throws {
        frameCount = clip.isCountExact ? clip.frameCount : nil
        if settings.frameOffset != nil || settings.frameStep != nil {
            let offset = settings.frameOffset ?? 0, step = settings.frameStep ?? 1
            frameOfKey = try Self.moved(keys, offset: offset, step: step, table)
            return
        }
        guard !table.isPlaced else { return }
        if table.isInOrder {
            try checkOrder(keys, table, clip: clip)
            return
        }
        var numbering = FrameNumbering(keys, of: clip, first: table.firstFrame, subject: .detections)
        if numbering.needsCount, let count = try count() {
            frameCount = count
            numbering = FrameNumbering(keys, of: clip.with(frameCount: count), first: table.firstFrame, subject: .detections)
        }
        (note, help) = (numbering.note, numbering.help)
        if let frames = numbering.frames { frameOfKey = Dictionary(uniqueKeysWithValues: zip(keys, frames)) }
    }

    /// Applies offset and step, as for masks: the source's first number is 0.
    private static func moved(
        _ keys: [Int], offset: Int, step: Int, _ table: DetectionTable
    ) throws -> [Int: Int] {
        var result: [Int: Int] = [:]
        for key in keys {
            let (product, overflows) = key.multipliedReportingOverflow(by: step)
            let (frame, overflowsToo) = product.addingReportingOverflow(offset)
            guard !overflows, !overflowsToo, (0...FrameNames.largest).contains(frame) else {
                throw table.unusable(
                    "number \(key + table.firstFrame) moved by step \(step) and offset \(offset)", "a frame of a clip, 0 or more")
            }
            result[key] = frame
        }
        return result
    }

    private func checkOrder(_ keys: [Int], _ table: DetectionTable, clip: ClipFacts) throws {
        guard let count = clip.frameCount, let last = keys.last, last + 1 != count else { return }
        throw table.unusable(
            "\(last + 1) names with several numbers, such as times or two counters, for a clip of \(count) frames",
            "one file for each frame, or names with the frame's number (\(NumberedSubject.detections.offset) and "
                + "\(NumberedSubject.detections.step) count files in the order of their names)")
    }
}
