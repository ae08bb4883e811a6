import CPango
import Imaging

/// A `PangoLayout`: one text broken into lines.
final class TextLayout {
    /// In pixels.
    let width: Int
    let height: Int
    private let layout: OpaquePointer
    private let colour: Colour
    private let pixelAspect: Double

    init(
        _ context: OpaquePointer, _ text: String, _ style: TextStyle, pixelAspect: Double
    ) throws(TypesettingError) {
        guard let layout = pango_layout_new(context) else { throw .outOfMemory }
        self.layout = layout
        colour = style.colour
        self.pixelAspect = pixelAspect
        let font = pango_font_description_new()
        pango_font_description_set_family(font, "sans")
        pango_font_description_set_absolute_size(font, max(1, min(2000, style.size)) * Self.emShare * Double(cpango_scale()))
        pango_font_description_set_weight(font, style.isBold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        pango_layout_set_font_description(layout, font)
        pango_font_description_free(font)
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END)
        // Negative: lines of a paragraph. All of the text is one.
        pango_layout_set_height(layout, Int32(-max(1, min(10_000, style.maximumLines))))
        if let width = style.width {
            // Two pixels less, because rounding glyph positions can widen a line by that much.
            let room = max(1, min(32_000, Double(width - 2) * pixelAspect))
            pango_layout_set_width(layout, Int32(room * Double(cpango_scale())))
        }
        let line = Self.singleLine(text)
        pango_layout_set_text(layout, line, Int32(line.utf8.count))
        var inked = PangoRectangle(), logical = PangoRectangle()
        pango_layout_get_pixel_extents(layout, &inked, &logical)
        let across = Int((Double(logical.x + logical.width) / pixelAspect).rounded(.up))
        width = max(1, min(across, style.width ?? 32_000, 32_000))
        height = Int(min(32_000, max(1, logical.height)))
    }

    deinit {
        g_object_unref(UnsafeMutableRawPointer(layout))
    }

    /// Ratio of the font size to the full letter height, for DejaVu Sans.
    private static let emShare = 0.86

    /// The text on one line, without control characters, which would be drawn as boxes.
    private static func singleLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(Typesetter.longestText) {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: line.append(" ")
            default: line.append(scalar)
            }
        }
        return String(line)
    }

    /// The glyphs in the style's colour.
    func picture() throws(TypesettingError) -> TranslucentImage {
        let surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height))
        defer { cairo_surface_destroy(surface) }
        let drawing = cairo_create(surface)
        defer { cairo_destroy(drawing) }
        cairo_set_source_rgb(drawing, Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255)
        cairo_scale(drawing, 1 / pixelAspect, 1)
        pango_cairo_show_layout(drawing, layout)
        cairo_surface_flush(surface)
        let status = cairo_status(drawing)
        guard status == CAIRO_STATUS_SUCCESS else { throw .failed(String(cString: cairo_status_to_string(status))) }
        guard let data = cairo_image_surface_get_data(surface) else { throw .outOfMemory }
        let stride = Int(cairo_image_surface_get_stride(surface))
        var pixels = [UInt8](repeating: 0, count: width * height * 4)
        for row in 0..<height {
            let line = UnsafeRawPointer(data + row * stride).assumingMemoryBound(to: UInt32.self)
            for column in 0..<width {
                // Cairo stores a pixel as a native 32-bit number, premultiplied, with alpha in its highest byte.
                let value = line[column], target = (row * width + column) * 4
                pixels[target] = UInt8(truncatingIfNeeded: value >> 16)
                pixels[target + 1] = UInt8(truncatingIfNeeded: value >> 8)
                pixels[target + 2] = UInt8(truncatingIfNeeded: value)
                pixels[target + 3] = UInt8(truncatingIfNeeded: value >> 24)
            }
        }
        return TranslucentImage(width: width, height: height, pixels: pixels)
    }
}
