import Imaging

/// One object over the clip: where its masks show it. Holds no masks, so that a long clip's tracks stay small; a
/// `MaskSource` reads them again when asked.
package struct Track: Sendable, Equatable {
    /// One frame that shows the object.
    package struct Appearance: Sendable, Equatable {
        /// 0-based frame of the clip.
        package let frame: Int
        /// The smallest box around the mask, in pixels of the clip.
        package let box: BoundingBox
        /// Pixels inside the mask; at least 1.
        package let area: Int

        package init(frame: Int, box: BoundingBox, area: Int) {
            self.frame = frame
            self.box = box
            self.area = area
        }
    }

    package let id: TrackID
    /// The object's name by the masks' author; nil when the format has no names.
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

    /// The frames that show the object, ascending: what `FrameSampler` spreads samples over.
    package var visibleFrames: [Int] { appearances.map(\.frame) }

    /// The object at `frame`; nil when no mask shows it there.
    package func appearance(at frame: Int) -> Appearance? {
        appearances.firstIndex(atFrame: frame).map { appearances[$0] }
    }
}
