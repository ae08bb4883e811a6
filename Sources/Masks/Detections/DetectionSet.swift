import Imaging

/// Detections of one clip.
package struct DetectionSet: Sendable, Equatable {
    /// Path of the file or folder that they were read from, or of the detector that made them.
    package let path: String
    /// Nil for detections made by this program.
    package let format: DetectionFormat?
    /// Ascending by frame, then in the source's order.
    package let detections: [Detection]
    /// Detections that the source marks as ignored, such as MOTChallenge's with conf 0; ascending by frame.
    package let ignored: [Detection]
    /// Frames that were examined, ascending, with or without detections; nil if the source does not say.
    package let annotatedFrames: [Int]?
    /// Size of the annotated images; nil if the source does not say.
    package let pictureSize: PictureSize?
    /// Ambiguities resolved and detections skipped; one line each, with the file.
    package let notes: [String]

    package init(
        path: String, format: DetectionFormat?, detections: [Detection], ignored: [Detection] = [], annotatedFrames: [Int]? = nil,
        pictureSize: PictureSize? = nil, notes: [String] = []
    ) {
        (self.path, self.format, self.detections, self.ignored) = (path, format, detections, ignored)
        (self.annotatedFrames, self.pictureSize, self.notes) = (annotatedFrames, pictureSize, notes)
    }
}
