import Imaging

/// Detections of one clip.
package struct DetectionSet: Sendable, Equatable {
    /// The file or folder they were read from, the given one or a place below it; the detector that made them.
    package let path: String
    /// Nil for detections that were made here.
    package let format: DetectionFormat?
    /// Ascending by frame; those of one frame in the source's order.
    package let detections: [Detection]
    /// Detections that the source marks as ignored, such as MOTChallenge's with conf 0; ascending by frame.
    package let ignored: [Detection]
    /// Frames that were looked at, ascending, with and without detections; nil if the source does not tell.
    package let annotatedFrames: [Int]?
    /// Size of the annotated pictures; nil if the source does not tell.
    package let pictureSize: PictureSize?
    /// Readings where others were possible, and what was left out; one line each, with the file.
    package let notes: [String]

    package init(
        path: String, format: DetectionFormat?, detections: [Detection], ignored: [Detection] = [], annotatedFrames: [Int]? = nil,
        pictureSize: PictureSize? = nil, notes: [String] = []
    ) {
        (self.path, self.format, self.detections, self.ignored) = (path, format, detections, ignored)
        (self.annotatedFrames, self.pictureSize, self.notes) = (annotatedFrames, pictureSize, notes)
    }
}
