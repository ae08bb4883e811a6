import Imaging
import Synchronization
import Media

/// A folder of RGB PNGs, one per frame, with a colour for each object and black background: label PNGs that lost their palette.
/// The colours of all frames become ids: their index in the DAVIS palette if all are from it, the grey value if all are grey,
/// otherwise 1, 2, ... in order of R, G and B. A note in `problems` says which.
final class ColourFolderReader: MaskSource {
    let path: String
    let size: PictureSize
    let annotatedFrames: [Int]
    let tracks: [Track]
    let problems: [MaskProblem]
    let isPlaced: Bool
    let isInOrder: Bool
    /// Brightness of all images' colours, if they are shades of one.
    let values: ValueTally

    private let colours: [TrackID: UInt32]
    private let pathOfFrame: [Int: String]
    private let latest = Mutex<(frame: Int, image: RGBImage)?>(nil)

    var format: MaskFormat? { .colourPNG }

    /// Upper bound on colours of objects; more indicate a photograph or blurred edges.
    private static let maximumColours = 256

    /// - Throws: `MaskError` for the first file, by frame, that cannot be used.
    /// - Parameters:
    ///   - stills: the clip's stills, frame by name.
    ///   - format: the format given by the user; nil to derive it from the images.
    init(path: String, keepsGoing: Bool, stills: [String: Int], format: MaskFormat? = nil) throws {
        self.path = path
        let folder = try MaskFolder(path: path, stills: stills)
        let files = folder.entries.map { MaskFile(frame: $0.frame, path: $0.path) }
        var problems = folder.notes(path)
        let scans = try MaskFileScan.scan(files, keepsGoing: keepsGoing, problems: &problems, read: Self.scan)
        let found = Set(scans.flatMap { $0.regions.map(\.value) })
        guard found.count <= Self.maximumColours else { throw Self.tooMany(path, "in all frames together") }
        guard !found.isEmpty else { throw MaskError(path: path, reason: .emptyMasks) }
        let (ids, note) = Self.ids(of: found)
        let numbered = scans.flatMap(\.regions).map { region in
            var numbered = region
            numbered.value = ids[region.value] ?? region.value
            return numbered
        }
        let void = VoidReading(numbered, format: format, layout: .colourPNG)
        var appearances: [UInt32: [Track.Appearance]] = [:]
        for scan in scans {
            for region in scan.regions {
                appearances[region.value, default: []].append(
                    Track.Appearance(frame: scan.file.frame, box: region.box, area: region.area))
            }
        }
        let labels = try TrackLabels(folder: path)
        var tracks: [Track] = [], colours: [TrackID: UInt32] = [:]
        for (colour, list) in appearances {
            guard let value = ids[colour], !void.values.contains(value) else { continue }
            let id = TrackID.number(Int(value))
            tracks.append(Track(id: id, label: labels[id], appearances: list))
            colours[id] = colour
        }
        size = scans[0].size
        annotatedFrames = scans.map(\.file.frame)
        self.tracks = tracks.sorted { $0.id < $1.id }
        self.colours = colours
        pathOfFrame = Dictionary(uniqueKeysWithValues: scans.map { ($0.file.frame, $0.file.path) })
        (isPlaced, isInOrder) = (folder.isPlaced, folder.isInOrder)
        values = ColourShades.tally(scans.flatMap(\.regions))
        let notes = ["found RGB colours instead of palette indices: \(note)", void.note].compactMap(\.self)
        self.problems = problems + notes.map { MaskProblem(.note, "\(path): \($0)") }
    }

    private static func ids(of colours: Set<UInt32>) -> (ids: [UInt32: UInt32], note: String) {
        func table(_ number: (UInt32) -> UInt32) -> [UInt32: UInt32] {
            Dictionary(uniqueKeysWithValues: colours.map { ($0, number($0)) })
        }
        if colours.allSatisfy({ LabelPalette.labels[$0] != nil }) {
            return (table { UInt32(LabelPalette.labels[$0] ?? 0) }, "each is an id by the DAVIS palette")
        }
        if colours.allSatisfy({ $0 & 0xFF == $0 >> 8 & 0xFF && $0 & 0xFF == $0 >> 16 }) {
            return (table { $0 & 0xFF }, "all are grey, and the grey value is the id")
        }
        let order = Dictionary(uniqueKeysWithValues: colours.sorted().enumerated().map { ($1, UInt32($0 + 1)) })
        return (table { order[$0] ?? 0 }, "the \(colours.count) colours are numbered in the order of R, G, B")
    }

    /// Finds the colours of one image, each a region.
    @Sendable static func scan(_ file: MaskFile) throws -> MaskFileScan {
        let image = try MaskFileScan.reading(file.path) { try ImageDecoder.rgb(path: file.path) }
        var numberOfColour: [UInt32: UInt16] = [0: 0], colours: [UInt32] = [0]
        var values = [UInt16](repeating: 0, count: image.width * image.height)
        var last: (colour: UInt32, number: UInt16) = (0, 0)
        for index in values.indices {
            let colour = image.colour(at: index)
            if colour != last.colour {
                if numberOfColour[colour] == nil {
                    guard colours.count <= maximumColours else { throw tooMany(file.path, "in one picture") }
                    numberOfColour[colour] = UInt16(colours.count)
                    colours.append(colour)
                }
                last = (colour, numberOfColour[colour] ?? 0)
            }
            values[index] = last.number
        }
        let labels = LabelImage(width: image.width, height: image.height, values: values)
        let rimmed = countRim(labels, in: labelRegions(labels), white: numberOfColour[0xFFFFFF] ?? numberOfColour[0xE0E0C0] ?? 0)
        let regions = countSolid(labels, in: rimmed) { ColourShades.brightness(colours[Int($0)]) }
        let ofColours = regions.map { region in
            var colour = region
            colour.value = colours[Int(region.value)]
            return colour
        }
        return MaskFileScan(file: file, size: PictureSize(width: image.width, height: image.height), regions: ofColours)
    }

    private static func tooMany(_ path: String, _ place: String) -> MaskError {
        MaskError(
            path: path, found: "more than \(maximumColours) colours \(place)",
            expected: "one for each object, without blurred edges")
    }

    func file(of frame: Int) -> String { pathOfFrame[frame] ?? path }

    func mask(of track: TrackID, at frame: Int) throws -> Mask {
        guard try self.track(track).appearance(at: frame) != nil, let colour = colours[track] else {
            throw MaskError(path: file(of: frame), reason: .notVisible(track, frame: frame))
        }
        let image = try image(at: frame)
        return Mask(
            width: image.width, height: image.height,
            pixels: (0..<image.width * image.height).map { image.colour(at: $0) == colour ? 1 : 0 })
    }

    private func image(at frame: Int) throws -> RGBImage {
        try latest.withLock { latest in
            if let latest, latest.frame == frame { return latest.image }
            let path = file(of: frame)
            let image = try MaskFileScan.reading(path) { try ImageDecoder.rgb(path: path) }
            let found = PictureSize(width: image.width, height: image.height)
            guard found == size else {  // modified since it was scanned
                throw MaskError(path: path, reason: .sizeDiffers(found: found, expected: size, other: "the first reading"))
            }
            latest = (frame, image)
            return image
        }
    }
}

extension RGBImage {
    /// R, G and B of a pixel as one number; pixels count row by row.
    func colour(at index: Int) -> UInt32 {
        UInt32(pixels[index * 3]) << 16 | UInt32(pixels[index * 3 + 1]) << 8 | UInt32(pixels[index * 3 + 2])
    }
}
