import Imaging
import Media

/// Conversion of colours to brightness if all are shades of one colour.
enum ColourShades {
    /// Tolerance in levels for shades changed by lossy compression.
    private static let tolerance = 12

    /// Brightness of regions whose values are colours; the colours themselves if they are not shades of one.
    static func tally(_ regions: [LabelRegion]) -> ValueTally {
        let main = regions.max { $0.area < $1.area }?.value ?? 0, colours = Set(regions.map(\.value))
        guard colours.allSatisfy({ isShade($0, of: main) }) else { return ValueTally(regions, scale: .colours) }
        // A single colour is an object id unless it is white.
        guard colours.count > 1 || colours == [0xFFFFFF] else { return ValueTally(regions, scale: .indices) }
        var tally = ValueTally([], scale: .levels)
        for region in regions { tally.add(region, as: brightness(region.value)) }
        return tally
    }

    /// Counts of a palette image's grey levels; nil for an image without a palette or with a coloured one.
    static func ofPalette(_ picture: MaskPicture, _ labels: LabelImage) -> ValueTally? {
        guard let levels = paletteLevels(picture, labels) else { return nil }
        return ValueTally(countSolid(levels, in: labelRegions(levels)), scale: .shades)
    }

    /// Brightness of an image whose palette, or the used part of it, has only greys; nil for others.
    /// - Parameter labels: palette indices of the image.
    static func paletteLevels(_ picture: MaskPicture, _ labels: LabelImage) -> LabelImage? {
        guard picture.kind == .palette, let greys = picture.paletteGreys,
            labels.values.allSatisfy({ greys[Int($0)] != nil })
        else { return nil }
        return LabelImage(width: labels.width, height: labels.height, values: labels.values.map { greys[Int($0)] ?? 0 })
    }

    static func brightness(_ colour: UInt32) -> UInt32 { channels(colour).max() ?? 0 }

    private static func isShade(_ colour: UInt32, of main: UInt32) -> Bool {
        let level = Int(brightness(colour)), full = Int(brightness(main))
        return zip(channels(colour), channels(main)).allSatisfy {
            abs(Int($0) * full - Int($1) * level) <= tolerance * full
        }
    }

    private static func channels(_ colour: UInt32) -> [UInt32] { [colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF] }
}
