/// An sRGB colour.
package struct Colour: Sendable, Hashable {
    package let red: UInt8
    package let green: UInt8
    package let blue: UInt8

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    package static let black = Colour(0, 0, 0)
    package static let white = Colour(255, 255, 255)

    /// Black or white, whichever has more contrast on this colour. Source: WCAG 2.1, relative luminance.
    package var readable: Colour {
        // Equal contrast to both: (L + 0.05)² = 1.05 * 0.05.
        luminance > 0.179 ? .black : .white
    }

    /// Relative luminance, 0 for black to 1 for white.
    private var luminance: Double {
        func linear(_ value: UInt8) -> Double {
            let x = Double(value) / 255
            // A polynomial approximation of the sRGB curve, accurate enough for this choice, without a C library.
            return x * (x * (x * 0.305306011 + 0.682171111) + 0.012522878)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// This colour mixed with a `share` (0...1) of another.
    package func mixed(with other: Colour, _ share: Double) -> Colour {
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Double(a) * (1 - share) + Double(b) * share).rounded()) }
        return Colour(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
    }
}

/// Colours for tracks, distinguishable with colour blindness.
package enum TrackPalette {
    /// Okabe and Ito's, without black: "Color universal design", 2008.
    private static let base = [
        Colour(230, 159, 0), Colour(86, 180, 233), Colour(0, 158, 115), Colour(240, 228, 66), Colour(0, 114, 178),
        Colour(213, 94, 0), Colour(204, 121, 167),
    ]

    /// The colour of a track by its position in the clip. After seven, the colours repeat in lighter and darker shades, and then
    /// all again, distinguished only by ids.
    package static func colour(at position: Int) -> Colour {
        let colour = base[position % base.count]
        switch position / base.count % 3 {
        case 1: return colour.mixed(with: .white, 0.45)
        case 2: return colour.mixed(with: .black, 0.35)
        default: return colour
        }
    }
}
