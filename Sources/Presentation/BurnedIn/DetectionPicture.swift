import DAMVideo
import Files
import Imaging
import Media

/// Renders the image of a detection report with its objects outlined and labelled.
extension DetectionReport {
    /// Checks, before any work is done, that the image can be written.
    /// - Throws: `InputError`.
    public static func checkRendering(to path: String, overwrites: Bool) throws {
        guard PictureFile.endings.contains(where: { path.lowercased().hasSuffix(".\($0)") }) else {
            throw InputError(.usage, "\(path): expected a name that ends in " + PictureFile.endings.joined(separator: ", "))
        }
        try OutputFile.check(path, overwrites: overwrites)
        _ = try InputError.translating { try Typesetter() }
    }

    /// Writes the image as PNG or JPEG, according to the extension.
    /// - Throws: `InputError`.
    public func render(to path: String, overwrites: Bool = false) throws {
        try InputError.translating {
            try OutputFile.write(.init(PictureFile.data(drawn(), path: path)), to: path, replaces: overwrites)
        }
    }

    private func drawn() throws -> RGBImage {
        let typesetter = try Typesetter(), textSize = CaptionPanel.textSize(pictureWidth: width, pictureHeight: height)
        let style = OutlineStyle(shortSide: min(width, height)), padding = max(2, Int(textSize / 5))
        var canvas = Canvas(picture), places = TagPlaces(in: canvas.bounds, padding: padding)
        let bounds = canvas.bounds
        // Small objects are drawn last, so that large ones do not cover them.
        let order = objects.indices.sorted { (objects[$0].size, $1) > (objects[$1].size, $0) }
        for index in order {
            guard let outline = Outline(objects[index].shape(width, height), margin: Int(style.rim.rounded(.up)) + 1) else { continue }
            canvas.draw(outline, TrackPalette.colour(at: index), style)
        }
        for index in order.reversed() {
            let object = objects[index], colour = TrackPalette.colour(at: index)
            let text = "\(object.label) \(Int((object.score * 100).rounded()))"
            let tag = try typesetter.picture(
                of: text, TextStyle(size: textSize, isBold: true, colour: colour.readable, width: width))
            canvas.draw(
                tag, at: places.next(for: tag, at: object.bbox), colour, padding: padding, rimOpacity: style.rimOpacity, within: bounds)
        }
        return canvas.image
    }
}

extension DetectionReport.Object {
    /// Area of its box.
    fileprivate var size: Int { bbox.width * bbox.height }

    /// Its mask, otherwise its box.
    fileprivate func shape(_ width: Int, _ height: Int) -> Mask {
        if let region { return region }
        var pixels = [UInt8](repeating: 0, count: width * height)
        for y in bbox.top..<bbox.bottom {
            for x in bbox.left..<bbox.right { pixels[y * width + x] = 1 }
        }
        return Mask(width: width, height: height, pixels: pixels)
    }
}
