import Imaging
import Parallelism
import Media

/// A mask file with its frame and, if it holds a single object, that object's id.
struct MaskFile: Sendable {
    let frame: Int
    let path: String
    var object: TrackID?
}

/// Contents of one mask file.
struct MaskFileScan: Sendable {
    let file: MaskFile
    let size: PictureSize
    /// One for each value except the background.
    let regions: [LabelRegion]
    /// Counts of pixel values, and of values at edges, as far as known.
    var values = ValueTally([], scale: .indices)
    /// Note on an interpretation chosen among several; nil if there was only one.
    var note: String?
}

extension MaskFileScan {
    /// Value of foreground pixels in files of a single object.
    static let inside: UInt32 = 1

    /// Reads files on all cores.
    /// - Parameter read: reads one file; its error is a problem of that file with `keepsGoing`.
    /// - Returns: scans of the usable files in order, all of the size of the first.
    /// - Throws: `MaskError` for the first file, in order, that cannot be used; with `keepsGoing` only if no file can.
    static func scan(
        _ files: [MaskFile], keepsGoing: Bool, problems: inout [MaskProblem],
        read: @Sendable (MaskFile) throws -> MaskFileScan
    ) throws -> [MaskFileScan] {
        let results = Parallel.map(files.count) { index in Result { try read(files[index]) } }
        var scans: [MaskFileScan] = [], firstError: MaskError?
        func skip(_ error: MaskError) throws {
            guard keepsGoing else { throw error }
            firstError = firstError ?? error
            problems.append(MaskProblem(.skipped, error.description))
        }
        for result in results {
            do {
                scans.append(try result.get())
            } catch let error as MaskError {
                try skip(error)
            }
        }
        guard let first = scans.first else {
            throw firstError ?? MaskError(path: files.first?.path ?? "", reason: .emptyMasks)
        }
        for scan in scans where scan.size != first.size {
            let other = first.file.path.split(separator: "/").last.map(String.init) ?? first.file.path
            try skip(
                MaskError(path: scan.file.path, reason: .sizeDiffers(found: scan.size, expected: first.size, other: other)))
        }
        return scans.filter { $0.size == first.size }
    }

    /// Runs `body`, converting FFmpeg's errors about the file to `MaskError`.
    static func reading<Value>(_ file: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as VideoError {
            throw MaskError(path: file, reason: .unreadable(error))
        }
    }

    /// Scans an image of object ids.
    static func labels(of file: MaskFile) throws -> MaskFileScan {
        let (labels, kind, shades) = try reading(file.path) {
            let picture = try MaskPicture(path: file.path)
            let labels = try picture.labels()
            return (labels, picture.kind, ColourShades.ofPalette(picture, labels))
        }
        let regions = countRim(labels, in: labelRegions(labels), white: 255)
        return MaskFileScan(
            file: file, size: PictureSize(width: labels.width, height: labels.height), regions: regions,
            values: kind == .grey
                ? ValueTally(countSolid(labels, in: regions), scale: .levels) : shades ?? ValueTally(regions, scale: .indices))
    }

    /// Scans an image of one object.
    static func foreground(of file: MaskFile) throws -> MaskFileScan {
        let picture = try reading(file.path) { try ObjectPicture(path: file.path) }, mask = picture.mask
        let region = mask.boundingBox.map { LabelRegion(value: inside, area: mask.area, box: $0) }
        return MaskFileScan(
            file: file, size: PictureSize(width: mask.width, height: mask.height), regions: region.map { [$0] } ?? [],
            values: picture.values, note: picture.usesAlpha ? ObjectPicture.alphaNote : picture.values.note)
    }
}
