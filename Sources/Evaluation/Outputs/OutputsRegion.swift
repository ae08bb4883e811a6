import Imaging

/// A region to be captioned: of a picture, or of some frames of a clip.
package struct OutputsRegion: Sendable {
    package let key: String
    /// Picture or clip as the annotations call it.
    let file: String
    /// The size the annotations say; nil where they say none.
    let size: PictureSize?
    /// By frame of a clip, from 0, ascending; frame 0 alone for a picture.
    let shapes: [(frame: Int, shape: RegionShape)]
    /// Reference captions, or the class's name; none where the annotations have none.
    package let references: [String]
    /// Place in the annotations, for messages.
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

    /// A region of DLC-Bench, which has no references.
    init(_ region: DLCAnnotations.Region) throws {
        guard let segmentation = region.segmentation else {
            throw InputError(.invalid, region.place, found: "no \"segmentation\"", expected: "runs or polygons of a mask")
        }
        self.init(
            key: region.key, file: region.picture.file, size: region.picture.size, shape: .segmentation(segmentation), references: [],
            place: region.place)
    }

    /// Frames in which something of the region is to be seen.
    /// - Parameter size: of the picture or clip; nil to take the annotations' word.
    /// - Throws: `InputError` for what is no region.
    func visible(in size: PictureSize? = nil) throws -> [Int] {
        guard let size = size ?? self.size else { return shapes.map(\.frame) }
        return try shapes.filter { try $0.shape.runs(in: size).area > 0 }.map(\.frame)
    }
}
