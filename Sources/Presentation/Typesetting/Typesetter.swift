import CPango
import Imaging

/// Style of a text.
package struct TextStyle: Sendable, Hashable {
    /// Letter height including ascenders and descenders, in pixels.
    package var size: Double
    package var isBold: Bool
    package var colour: Colour
    /// Width in pixels at which lines are broken; nil for a single line.
    package var width: Int?
    /// Upper bound on the lines, after which the text ends in an ellipsis.
    package var maximumLines: Int

    package init(size: Double, isBold: Bool = false, colour: Colour, width: Int? = nil, maximumLines: Int = 1) {
        self.size = size
        self.isBold = isBold
        self.colour = colour
        self.width = width
        self.maximumLines = maximumLines
    }
}

/// Renders text of any language: Pango provides shaping, direction, line breaking and font fallback, with the system's fonts. The
/// only user of Pango and Cairo. Not thread-safe.
package final class Typesetter {
    /// Upper bound on the characters of a text: more than fit any picture, and few enough to be fast.
    static let longestText = 20_000

    private let fontMap: UnsafeMutablePointer<PangoFontMap>
    private let context: OpaquePointer
    private let pixelAspect: Double

    /// - Parameter pixelAspect: displayed width of a pixel relative to its height; letters are squeezed to compensate.
    /// - Throws: `TypesettingError.noFonts` if the system has none.
    package init(pixelAspect: Double = 1) throws(TypesettingError) {
        guard let fontMap = pango_cairo_font_map_new() else { throw .outOfMemory }
        guard Self.hasFonts(fontMap) else {
            g_object_unref(fontMap)
            throw .noFonts
        }
        guard let context = pango_font_map_create_context(fontMap) else {
            g_object_unref(fontMap)
            throw .outOfMemory
        }
        // Glyphs on integer positions are sharper, but unevenly spaced when squeezed.
        pango_context_set_round_glyph_positions(context, pixelAspect == 1 ? 1 : 0)
        self.fontMap = fontMap
        self.context = context
        self.pixelAspect = pixelAspect
    }

    deinit {
        g_object_unref(UnsafeMutableRawPointer(context))
        g_object_unref(fontMap)
    }

    /// True if there is any font. Without one Pango renders nothing sensible, or terminates the program.
    private static func hasFonts(_ fontMap: UnsafeMutablePointer<PangoFontMap>) -> Bool {
        var families: UnsafeMutablePointer<UnsafeMutablePointer<PangoFontFamily>?>?
        var count: Int32 = 0
        pango_font_map_list_families(fontMap, &families, &count)
        defer { g_free(families) }
        // These aliases are always listed: they stand for the system's default fonts.
        let generic = ["sans", "serif", "monospace", "system-ui"]
        return (0..<Int(count)).contains { index in
            guard let name = pango_font_family_get_name(families?[index]) else { return false }
            return !generic.contains(String(cString: name).lowercased())
        }
    }

    /// The size of a text, at least one line.
    package func size(of text: String, _ style: TextStyle) throws(TypesettingError) -> (width: Int, height: Int) {
        let layout = try TextLayout(context, text, style, pixelAspect: pixelAspect)
        return (layout.width, layout.height)
    }

    /// Renders a text as an image of its size, transparent around the glyphs.
    package func picture(of text: String, _ style: TextStyle) throws(TypesettingError) -> TranslucentImage {
        try TextLayout(context, text, style, pixelAspect: pixelAspect).picture()
    }
}

/// Text that cannot be rendered.
package enum TypesettingError: CategorizedError, Equatable {
    case noFonts
    case outOfMemory
    /// Cairo's message.
    case failed(String)

    package var category: InputError.Category { self == .noFonts ? .notFound : .inputOutput }

    package var description: String {
        switch self {
        case .noFonts: "text: found no font on this system, expected one (Debian has them in fonts-dejavu-core)"
        case .outOfMemory: "text: out of memory"
        case .failed(let message): "text: cannot be drawn: \(message)"
        }
    }
}
