import Imaging

/// A region to caption, in an image or in some frames of a clip.
package struct OutputsRegion: Sendable {
    package let key: String
    /// Name of the image or clip in the annotations.
    let file: String
    /// Size according to the annotations; nil if they do not say.
    let size: PictureSize?
    /// By zero-based frame of a clip, ascending; only frame 0 for an image.
    let shapes: [(frame: Int, shape: RegionShape)]
    /// Reference captions, or the class name; empty if the annotations have none.
    package let references: [String]
    /// Position in the annotations, for messages.
    let place: String

    init(
        key: String, file: String, size: PictureSize?, shapes: [(frame: Int, shape: RegionShape)], references: [String],
        place: String
    ) {
        (self.key, self.file, self.size, self.shapes, self.references) = (key, file, size, shapes, references)
        self.place = place
    }

    init(key: String, file: String, size: PictureSize?, shape: RegionShape, references: [String], place: String) {
        self.init(key: key, file: file, size: size, shapes: [(0, shape)], references: references, place: place)
    }

    /// Converts a region of DLC-Bench, which has no references.
    init(_ region: DLCAnnotations.Region) throws {
        guard let segmentation = region.segmentation else {
            throw InputError(.invalid, region.place, found: "no \"segmentation\"", expected: "runs or polygons of a mask")
        }
        self.init(
            key: region.key, file: region.picture.file, size: region.picture.size, shape: .segmentation(segmentation), references: [],
            place: region.place)
    }

    /// Frames in which the region is not empty.
    /// - Parameter size: size of the image or clip; nil for the one in the annotations.
    /// - Throws: `InputError` for an invalid region.
    func visible(in size: PictureSize? = nil) throws -> [Int] {
        guard let size = size ?? self.size else { return shapes.map(\.frame) }
        return try shapes.filter { try $0.shape.runs(in: size).area > 0 }.map(\.frame)
    }
}
