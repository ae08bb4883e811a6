import Imaging

/// Entry point for reading detections of any format.
package enum DetectionSources {
    /// Reads detections.
    /// - Parameters:
    ///   - path: a file or folder.
    ///   - clip: facts of the clip, which resolve frame numbers and the pixel grid of boxes.
    ///   - count: counts the clip's frames, which is slow; called only if frame numbers depend on it. Returns nil if impossible.
    /// - Throws: `MaskError`, one line: the file, what was found, what was expected; what `count` throws.
    package static func open(
        _ path: String, settings: DetectionSettings = DetectionSettings(), clip: ClipFacts = ClipFacts(),
        count: () throws -> Int? = { nil }
    ) throws -> DetectionSet {
        let step = settings.frameStep
        guard step.map({ $0 >= 1 }) ?? true else {
            throw MaskError(path: path, found: "frame step \(step ?? 0)", expected: "1 or more")
        }
        let content = try DetectionContent(path: path, forced: settings.format)
        return try read(content, clip: clip, keepsGoing: settings.keepsGoing)
            .detections(settings: settings, clip: clip, count: count)
    }

    /// Reads detections without converting their frame numbers.
    /// - Throws: `MaskError`.
    static func read(_ content: DetectionContent, clip: ClipFacts, keepsGoing: Bool) throws -> DetectionTable {
        switch content.format {
        case .motChallenge: try MOTChallengeDetections.read(content.document(), keepsGoing: keepsGoing)
        case .coco: try COCODetections.read(content.document(), clip: clip, keepsGoing: keepsGoing)
        case .ultralytics:
            try UltralyticsDetections.read(content.path, files: content.files, clip: clip, keepsGoing: keepsGoing)
        case .cvat: try CVATDetections.read(content.document(), clip: clip, keepsGoing: keepsGoing)
        case .labelStudio: try LabelStudioDetections.read(content.document(), clip: clip, keepsGoing: keepsGoing)
        case .groundedSAM2:
            try GroundedSAMDetections.read(content.path, files: content.files, clip: clip, keepsGoing: keepsGoing)
        case .labelme: try LabelmeDetections.read(content.path, files: content.files, clip: clip, keepsGoing: keepsGoing)
        case .videoRefer: try VideoReferDetections.read(content.document(), clip: clip, keepsGoing: keepsGoing)
        case .supervision: try SupervisionDetections.read(content.document(), clip: clip, keepsGoing: keepsGoing)
        }
    }
}
