import Evaluation
import Files
import Foundation
import Imaging
import Masks
import Media

/// Regions of images whose masks are PNGs: a folder of label PNGs named like the images, or a table of `image`, `annotation` and
/// `label`.
enum PictureMasks {
    /// Values of label PNGs that are void in published data sets.
    private static let void: Set<UInt16> = [0, 255]

    /// Reads label PNGs: each value in an image is a region, with its class if `--labels` names it.
    static func readLabels(_ folder: String, source: String, media: String, into table: inout RegionTable) throws {
        let pictures = Dictionary(grouping: (folderNames(media) ?? []).sorted(), by: FileNames.stem)
        for name in (folderNames(folder) ?? []).sorted() where name.lowercased().hasSuffix(".png") {
            let stem = FileNames.stem(name), found = pictures[stem] ?? []
            guard found.count == 1 else {
                let words = found.isEmpty ? "no picture" : found.joined(separator: " and ")
                throw InputError(.notFound, "\(folder)/\(name): found \(words) named \(stem) in \(media), expected one")
            }
            let path = media + "/" + found[0]
            guard table.isWanted(try table.media(path)) else { continue }
            let labels = try InputError.translating { try ImageDecoder.labels(path: folder + "/" + name) }
            for value in Set(labels.values).subtracting(void).sorted() {
                let (label, part) = ClassName.read(table.settings.labels[Int(value)] ?? "")
                let runs = RunLengthEncoding(labels.mask(of: value))
                try table.add(
                    RegionCandidate(
                        id: "\(stem)/\(value)", path: path, size: PictureSize(width: labels.width, height: labels.height), kind: .image,
                        label: label, part: part, masks: [FrameMask(frame: 0, runs: runs)]), source: source)
            }
        }
    }

    /// A mask in the size of its image.
    /// - Parameter sizes: of images that were decoded before, by path; most have several masks.
    private static func mask(_ path: String, of picture: String, _ sizes: inout [String: PictureSize]) throws -> Mask {
        let mask = try ImageDecoder.mask(path: path), own = PictureSize(width: mask.width, height: mask.height)
        let size: PictureSize
        if let known = sizes[picture] {
            size = known
        } else {
            let image = try ImageDecoder.rgb(path: picture)
            size = PictureSize(width: image.width, height: image.height)
            sizes[picture] = size
        }
        guard own != size else { return mask }
        guard own.hasShape(of: size) else {
            throw InputError(.invalid, path, found: "a mask of \(own)", expected: "\(size) as \(picture), or the same shape")
        }
        return mask.resized(to: size)
    }

    /// Columns of the table.
    static let columns = ["image", "annotation", "label"]

    /// Reads a table; masks are PNGs next to it, in the size of their image or, as in Open Images, scaled.
    static func readTable(_ path: String, source: String, media: String, into table: inout RegionTable) throws {
        guard let data = fileContents(path) else { throw InputError(.notFound, "\(path): no such file") }
        let rows: CSVTable
        do {
            rows = try CSVTable(UTF8Text.bytes(Array(data)))
        } catch {
            throw InputError(.invalid, "\(path): \(error)")
        }
        let places = columns.map { rows.names.firstIndex(of: $0) }
        guard let image = places[0], let annotation = places[1], let label = places[2] else {
            throw InputError(.invalid, path, found: rows.names.joined(separator: ","), expected: columns.joined(separator: ","))
        }
        var pictures = try MediaFolder(media), sizes: [String: PictureSize] = [:]
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        for (line, fields) in rows.rows {
            let place = "\(path): line \(line)"
            guard fields.count == rows.names.count else {
                throw InputError(.invalid, place, found: "\(fields.count) fields", expected: "\(rows.names.count)")
            }
            let picture = try pictures.path(of: fields[image], place: place)
            guard table.isWanted(try table.media(picture)) else { continue }
            let mask = try InputError.translating { try Self.mask(folder + "/" + fields[annotation], of: picture, &sizes) }
            let name = Int(fields[label]).flatMap { table.settings.labels[$0] } ?? fields[label], (label, part) = ClassName.read(name)
            try table.add(
                RegionCandidate(
                    id: "\(FileNames.stem(fields[image]))/\(FileNames.stem(fields[annotation]))", path: picture,
                    size: PictureSize(width: mask.width, height: mask.height), kind: .image, label: label, part: part,
                    masks: [FrameMask(frame: 0, runs: RunLengthEncoding(mask))]), source: source)
        }
    }
}
