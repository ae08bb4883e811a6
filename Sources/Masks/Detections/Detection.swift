import Imaging

/// An object marked by a detector or annotator in one frame of a clip.
package struct Detection: Sendable, Equatable {
    /// Zero-based frame of the clip.
    package var frame: Int
    /// In pixels of the clip; may extend beyond the frame.
    package var box: Rectangle
    /// Mask of the clip's size; nil for a box only.
    package var mask: StoredMask?
    /// Class name; nil if the source has none.
    package var label: String?
    /// Score on the source's own scale; nil if the source has none.
    package var score: Double?
    /// Identity across frames; nil if the source has none.
    package var identity: TrackID?

    package init(
        frame: Int, box: Rectangle, mask: StoredMask? = nil, label: String? = nil, score: Double? = nil,
        identity: TrackID? = nil
    ) {
        self.frame = frame
        self.box = box
        self.mask = mask
        self.label = label
        self.score = score
        self.identity = identity
    }
}
