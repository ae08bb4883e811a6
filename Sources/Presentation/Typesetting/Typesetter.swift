import CPango
import Imaging

/// Style of a text.
package struct TextStyle: Sendable, Hashable {
    /// Height of the letters with their over- and underlengths, in pixels.
    package var size: Double
    package var isBold: Bool
    package var colour: Colour
    /// Pixels across to break lines at; nil for one line as long as it gets.
    package var width: Int?
    /// Lines after which the text ends in an ellipsis.
    package var maximumLines: Int

    package init(size: Double, isBold: Bool = false, colour: Colour, width: Int? = nil, maximumLines: Int = 1) {
        self.size = size
        self.isBold = isBold
        self.colour = colour
        self.width = width
        self.maximumLines = maximumLines
    }
}

/// Sets text of any language in pixels: shaping, direction, line breaks and substitute fonts are Pango's, the fonts are the
/// system's. The only user of Pango and Cairo. Not thread-safe.
package final class Typesetter {
    /// Characters of a text that are looked at: more than any picture holds, and few enough to be quick.
    static let longestText = 20_000

    private let fontMap: UnsafeMutablePointer<PangoFontMap>
    private let context: OpaquePointer
    private let pixelAspect: Double

    /// - Parameter pixelAspect: how wide the pixels that are drawn on will be shown for their height: letters are squeezed
    ///   so that they come out right.
    /// - Throws: `TypesettingError.noFonts` when the system has none.
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
        // Letters on whole pixels are sharper; squeezed ones would stand unevenly there.
        pango_context_set_round_glyph_positions(context, pixelAspect == 1 ? 1 : 0)
        self.fontMap = fontMap
        self.context = context
        self.pixelAspect = pixelAspect
    }

    deinit {
        g_object_unref(UnsafeMutableRawPointer(context))
        g_object_unref(fontMap)
    }

    /// True if there is any font. Without one Pango draws nothing of a sensible size, or ends the program.
    private static func hasFonts(_ fontMap: UnsafeMutablePointer<PangoFontMap>) -> Bool {
        var families: UnsafeMutablePointer<UnsafeMutablePointer<PangoFontFamily>?>?
        var count: Int32 = 0
        pango_font_map_list_families(fontMap, &families, &count)
        defer { g_free(families) }
        // These are listed always: they stand for whichever font the system prefers.
        let generic = ["sans", "serif", "monospace", "system-ui"]
        return (0..<Int(count)).contains { index in
            guard let name = pango_font_family_get_name(families?[index]) else { return false }
            return !generic.contains(String(cString: name).lowercased())
        }
    }

    /// The room a text takes, at least one line.
    package func size(of text: String, _ style: TextStyle) throws(TypesettingError) -> (width: Int, height: Int) {
        let layout = try TextLayout(context, text, style, pixelAspect: pixelAspect)
        return (layout.width, layout.height)
    }

    /// A text as a picture of its size, transparent around the letters.
    package func picture(of text: String, _ style: TextStyle) throws(TypesettingError) -> TranslucentImage {
        try TextLayout(context, text, style, pixelAspect: pixelAspect).picture()
    }
}

/// Text that cannot be set.
package enum TypesettingError: CategorizedError, Equatable {
    case noFonts
    case outOfMemory
    /// Cairo's own words.
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
