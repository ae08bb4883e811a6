import Imaging

/// One object across the clip, as a list of frames that show it. Holds no masks, to stay small for a long clip; a `MaskSource`
/// reads them on demand.
package struct Track: Sendable, Equatable {
    /// One frame that shows the object.
    package struct Appearance: Sendable, Equatable {
        /// Zero-based frame of the clip.
        package let frame: Int
        /// Bounding box of the mask, in pixels of the clip.
        package let box: BoundingBox
        /// Area of the mask in pixels; at least 1.
        package let area: Int

        package init(frame: Int, box: BoundingBox, area: Int) {
            self.frame = frame
            self.box = box
            self.area = area
        }
    }

    package let id: TrackID
    /// The object's name in the masks' files; nil if the format has no names.
    package let label: String?
    /// The frames that show the object, ascending; at least one.
    package let appearances: [Appearance]

    package init(id: TrackID, label: String? = nil, appearances: [Appearance]) {
        precondition(!appearances.isEmpty, "Track: an object that is nowhere to be seen")
        self.id = id
        self.label = label
        self.appearances = appearances.sorted { $0.frame < $1.frame }
    }

    package var firstFrame: Int { appearances[0].frame }

    package var lastFrame: Int { appearances[appearances.count - 1].frame }

    /// Frames that show the object, ascending, from which `FrameSampler` samples.
    package var visibleFrames: [Int] { appearances.map(\.frame) }

    /// The object at `frame`; nil if no mask shows it there.
    package func appearance(at frame: Int) -> Appearance? {
        appearances.firstIndex(atFrame: frame).map { appearances[$0] }
    }
}
