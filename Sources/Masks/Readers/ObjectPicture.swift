import Imaging
import Media

/// An image of one object. The foreground is what is not black; with soft edges, what is nearer to white than to black; and what
/// is opaque if only the alpha channel shows the object.
struct ObjectPicture {
    let mask: Mask
    let values: ValueTally
    let usesAlpha: Bool

    static let alphaNote = "the alpha channel is the object: what can be seen has one colour, or is a picture"

    /// - Throws: `VideoError`.
    init(path: String) throws {
        let picture = try MaskPicture(path: path)
        if let seen = try VisibleColours(picture), seen.tellsObject || seen.areInDoubt {
            (mask, usesAlpha) = (seen.alpha, true)
            values = ValueTally([], scale: .indices)
            return
        }
        usesAlpha = false
        guard let levels = try Self.levels(picture) else {
            (mask, values) = (try picture.foreground(), ValueTally([], scale: .indices))
            return
        }
        values = ValueTally(countSolid(levels, in: labelRegions(levels)), scale: .levels)
        switch values.reading {
        case .softEdges(let least), .either(let least):
            mask = Mask(width: levels.width, height: levels.height, pixels: levels.values.map { $0 >= least ? 1 : 0 })
        case .objects, .unclear: mask = try picture.foreground()
        }
    }

    /// Brightness; nil if values are indices or not numbers of a PNG.
    private static func levels(_ picture: MaskPicture) throws -> LabelImage? {
        switch picture.kind {
        case .grey: return try picture.labels()
        case .colours:
            let image = try picture.rgb()
            let values = (0..<image.width * image.height).map { UInt16(ColourShades.brightness(image.colour(at: $0))) }
            return LabelImage(width: image.width, height: image.height, values: values)
        case .palette: return ColourShades.paletteLevels(picture, try picture.labels())
        case .other: return nil
        }
    }
}

/// The colours of an image with an alpha channel, at its visible pixels.
struct VisibleColours {
    let alpha: Mask
    let colours: Set<UInt32>
    /// True if the colours are a photograph's rather than object ids.
    let arePicture: Bool
    /// True if there are several object colours, and colours other than black at transparent pixels: it may be a picture whose
    /// alpha channel shows the object.
    let areInDoubt: Bool
    private let isTransparent: Bool

    /// Upper bound on colours that can be object ids.
    private static let maximum = 256

    /// - Returns: nil for an image without an alpha channel.
    /// - Throws: `VideoError`.
    init?(_ picture: MaskPicture) throws {
        guard picture.hasAlpha, let alpha = try picture.alphaMask() else { return nil }
        self.alpha = alpha
        isTransparent = alpha.pixels.contains(0)
        var colours: Set<UInt32> = []
        if picture.kind == .grey {
            let labels = try picture.labels()
            let seen = LabelImage(
                width: labels.width, height: labels.height, values: zip(labels.values, alpha.pixels).map { $1 == 0 ? 0 : $0 })
            for (value, inside) in zip(labels.values, alpha.pixels) where inside != 0 { colours.insert(UInt32(value)) }
            let tally = ValueTally(countSolid(seen, in: labelRegions(seen)), scale: .levels)
            arePicture = if case .unclear = tally.reading { true } else { false }
            areInDoubt = false
        } else {
            let image = try picture.rgb()
            var isHidden = false
            for (place, inside) in alpha.pixels.enumerated() {
                if inside == 0 {
                    isHidden = isHidden || image.colour(at: place) != 0
                } else if colours.count <= Self.maximum {
                    colours.insert(image.colour(at: place))
                }
            }
            arePicture = colours.count > Self.maximum
            areInDoubt = isHidden && !arePicture && colours.count > 1
        }
        self.colours = colours
    }

    /// True if alpha shows an object that the colours do not.
    var tellsObject: Bool { isTransparent && (colours.count < 2 || arePicture) }

    /// - Throws: `MaskError` if the first of these images may be object colours, or a picture of an object.
    static func check(_ files: [String]) throws {
        // The reader reports files that cannot be read.
        guard let file = files.first, let picture = try? MaskPicture(path: file), let seen = try? VisibleColours(picture), seen.areInDoubt
        else { return }
        throw MaskError(
            path: file, found: "\(seen.colours.count) colours and an alpha channel, with colours where nothing can be seen",
            expected: "one of them (--masks-format rgb-png takes each colour for an object, binary-png what can be seen for one)")
    }

    /// True if the alpha channels of all these images show an object. The reader reports files that cannot be read.
    static func tellObject(_ files: [String]) -> Bool {
        var colours: Set<UInt32> = [], found = false
        for file in files {
            guard let picture = try? MaskPicture(path: file) else { continue }
            guard let seen = try? VisibleColours(picture), seen.tellsObject || seen.colours.count < 2 else { return false }
            found = found || seen.tellsObject
            if !seen.arePicture { colours.formUnion(seen.colours) }
            guard colours.count < 2 else { return false }
        }
        return found
    }
}
