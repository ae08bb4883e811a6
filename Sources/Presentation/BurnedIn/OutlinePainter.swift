import Imaging
import Masks

/// Draws the outlines and ids of a clip's tracks on its frames. Frames go forward: a mask that is held is read once.
struct OutlinePainter {
    private struct Drawn {
        let frame: Int
        let outline: Outline
        let area: Int
    }

    private let tracks: [ShownTrack]
    private let masks: any MaskSource
    private let held: [HeldMasks]
    private let style: OutlineStyle
    private let tags: [TranslucentImage]
    private let padding: Int
    private var drawn: [Drawn?]

    /// - Parameters:
    ///   - shortSide: of the frames, in pixels.
    ///   - textSize: of captions; ids are as large.
    init(
        _ tracks: [ShownTrack], _ masks: any MaskSource, _ held: [HeldMasks], shortSide: Int, textSize: Double,
        typesetter: Typesetter
    ) throws {
        (self.tracks, self.masks, self.held) = (tracks, masks, held)
        style = OutlineStyle(shortSide: shortSide)
        padding = max(2, Int(textSize / 5))
        drawn = Array(repeating: nil, count: tracks.count)
        tags = try tracks.map {
            try typesetter.picture(
                of: $0.tag,
                TextStyle(size: textSize, isBold: true, colour: $0.colour.readable, width: Int(textSize * 8)))
        }
    }

    /// Draws on the frame's picture, which lies at the canvas's left top.
    /// - Parameter picture: where the frame is on the canvas.
    mutating func draw(frame: Int, on canvas: inout Canvas, picture: BoundingBox) throws {
        for index in tracks.indices { try update(index, to: frame) }
        // Small objects come last, so that a large one does not cover them.
        let shown = drawn.enumerated().compactMap { index, drawn in drawn.map { (index: index, drawn: $0) } }
            .sorted { ($0.drawn.area, $0.index) > ($1.drawn.area, $1.index) }
        for (index, drawn) in shown { canvas.draw(drawn.outline, tracks[index].colour, style) }
        var taken: [BoundingBox] = []
        for (index, drawn) in shown.reversed() {
            let place = place(of: tags[index], at: drawn.outline.box, within: picture, besides: taken)
            taken.append(place)
            if let rim = place.grown(by: 1, within: picture) { canvas.fill(rim, .black, opacity: style.rimOpacity) }
            canvas.fill(place, tracks[index].colour)
            canvas.draw(tags[index], left: place.left + padding, top: place.top + padding / 2)
        }
    }

    private mutating func update(_ index: Int, to frame: Int) throws {
        guard let source = held[index].source(at: frame) else {
            drawn[index] = nil
            return
        }
        guard drawn[index]?.frame != source else { return }
        let id = tracks[index].track.id
        let outline = Outline(try masks.mask(of: id, at: source), margin: Int(style.rim.rounded(.up)) + 1)
        drawn[index] = outline.map {
            Drawn(frame: source, outline: $0, area: tracks[index].track.appearance(at: source)?.area ?? 0)
        }
    }

    /// A place for a tag near its object: above it, else below, else at its top, the first that is free; pushed into the
    /// picture.
    private func place(
        of tag: TranslucentImage, at box: BoundingBox, within picture: BoundingBox, besides taken: [BoundingBox]
    ) -> BoundingBox {
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
        return places.first { place in taken.allSatisfy { $0.intersection(place) == nil } } ?? places[0]
    }
}
