import Imaging
import Media

/// A picture of one object: inside is what is not black; what is nearer to white than to black where edges are soft; and
/// what can be seen where colours say nothing and the alpha channel does.
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

    /// Brightness; nil where values are indices or no number of a PNG.
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

/// The colours of a picture with an alpha channel, where they can be seen.
struct VisibleColours {
    let alpha: Mask
    let colours: Set<UInt32>
    /// True if these are a photograph's and not numbers of objects.
    let arePicture: Bool
    /// True if there are several colours of objects, and others than black where nothing can be seen: these may be parts of
    /// a picture in which alpha shows the object.
    let areInDoubt: Bool
    private let isTransparent: Bool

    /// More colours are no numbers of objects.
    private static let maximum = 256

    /// - Returns: nil for a picture without an alpha channel.
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

    /// - Throws: `MaskError` when the first of these pictures may be colours of objects, or a picture of one.
    static func check(_ files: [String]) throws {
        // A file that cannot be read is for the reader to tell.
        guard let file = files.first, let picture = try? MaskPicture(path: file), let seen = try? VisibleColours(picture), seen.areInDoubt
        else { return }
        throw MaskError(
            path: file, found: "\(seen.colours.count) colours and an alpha channel, with colours where nothing can be seen",
            expected: "one of them (--masks-format rgb-png takes each colour for an object, binary-png what can be seen for one)")
    }

    /// True if the alpha channels of all these pictures show an object. A file that cannot be read is for the reader to tell.
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
