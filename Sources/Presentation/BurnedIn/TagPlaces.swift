import Imaging

/// Non-overlapping positions for the labels of objects in a picture.
struct TagPlaces {
    /// The part of the canvas that labels must stay in.
    let picture: BoundingBox
    /// Padding around the text, in pixels.
    let padding: Int
    private var taken: [BoundingBox] = []

    init(in picture: BoundingBox, padding: Int) { (self.picture, self.padding) = (picture, padding) }

    /// The first free position near an object: above it, below it, or at its top; moved into the picture.
    mutating func next(for tag: TranslucentImage, at box: BoundingBox) -> BoundingBox {
        let width = tag.width + 2 * padding, height = tag.height + padding / 2 * 2
        func at(_ left: Int, _ top: Int) -> BoundingBox {
            BoundingBox(
                left: max(picture.left, min(left, picture.right - width)),
                top: max(picture.top, min(top, picture.bottom - height)), width: width, height: height)
        }
        let places = [
            at(box.left, box.top - height), at(box.right - width, box.top - height), at(box.left, box.bottom),
            at(box.right - width, box.bottom), at(box.left, box.top), at(box.right, box.top), at(box.left - width, box.top),
        ]
        let place = places.first { place in taken.allSatisfy { $0.intersection(place) == nil } } ?? places[0]
        taken.append(place)
        return place
    }
}

extension Canvas {
    /// Draws an object's label at a position from `TagPlaces`.
    mutating func draw(
        _ tag: TranslucentImage, at place: BoundingBox, _ colour: Colour, padding: Int, rimOpacity: Double, within picture: BoundingBox
    ) {
        if let rim = place.grown(by: 1, within: picture) { fill(rim, .black, opacity: rimOpacity) }
        fill(place, colour)
        draw(tag, left: place.left + padding, top: place.top + padding / 2)
    }
}
