import Imaging
import Masks

/// Draws outlines and ids of a clip's tracks on its frames. Frames must come in ascending order, so that a held mask is read
/// once.
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
    ///   - shortSide: shorter side of the frames, in pixels.
    ///   - textSize: text height of captions and ids.
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

    /// Draws on the frame's picture, at the canvas's top left.
    /// - Parameter picture: position of the frame on the canvas.
    mutating func draw(frame: Int, on canvas: inout Canvas, picture: BoundingBox) throws {
        for index in tracks.indices { try update(index, to: frame) }
        // Small objects are drawn last, so that large ones do not cover them.
        let shown = drawn.enumerated().compactMap { index, drawn in drawn.map { (index: index, drawn: $0) } }
            .sorted { ($0.drawn.area, $0.index) > ($1.drawn.area, $1.index) }
        for (index, drawn) in shown { canvas.draw(drawn.outline, tracks[index].colour, style) }
        var places = TagPlaces(in: picture, padding: padding)
        for (index, drawn) in shown.reversed() {
            let place = places.next(for: tags[index], at: drawn.outline.box)
            canvas.draw(
                tags[index], at: place, tracks[index].colour, padding: padding, rimOpacity: style.rimOpacity, within: picture)
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
}
