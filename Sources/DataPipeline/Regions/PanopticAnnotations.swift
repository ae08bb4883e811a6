import Evaluation
import Files
import Imaging
import Masks
import Media

/// Regions of COCO's panoptic files: `annotations` with `segments_info`, and a PNG for each image whose colours encode segment
/// ids (red + 256 green + 65536 blue). Source: cocodataset.org, "Panoptic Segmentation".
struct PanopticAnnotations {
    private struct Segment {
        var id = 0
        var category: Int?
        var isCrowd = false
    }

    let file: AnnotationFile
    let source: String
    private var media: MediaFolder
    /// Folder of the PNGs.
    private let pictures: String

    /// - Parameter masks: folder of the PNGs; nil for the one named like the file.
    init(_ file: AnnotationFile, source: String, media: String, masks: String?) throws {
        (self.file, self.source) = (file, source)
        self.media = try MediaFolder(media)
        pictures = masks ?? (file.path.hasSuffix(".json") ? String(file.path.dropLast(5)) : file.path + "_masks")
        guard FileStatus(pictures)?.isFolder == true else {
            throw InputError(.notFound, "\(pictures): found no folder of PNGs for \(file.path), expected one (--masks)")
        }
    }

    mutating func read(into table: inout RegionTable) throws {
        let (images, known) = try AnnotatedPicture.all(in: file), names = known.merging(table.settings.labels) { $1 }
        var annotations: [(picture: TrackID?, file: String, segments: [Segment])] = []
        try file.read { json in
            try json.object { json, key in
                guard key == "annotations" else { return try json.skip() }
                try json.array { json, _ in annotations.append(try Self.annotation(&json)) }
            }
        }
        for (place, annotation) in annotations.enumerated() {
            let name = "\(file.path): annotation \(place + 1)"
            guard let id = annotation.picture, let image = images[id] else {
                throw InputError(.invalid, name, found: "an image missing from the file", expected: "one of \"images\"")
            }
            let path = try media.path(of: image.file, place: name)
            guard table.isWanted(try table.media(path)) else { continue }
            let numbers = try Self.numbers(pictures + "/" + annotation.file)
            for segment in annotation.segments {
                if segment.isCrowd {
                    table.tally.count("regions_dropped", "crowd")
                    continue
                }
                let (label, part) = ClassName.read(segment.category.flatMap { names[$0] } ?? "")
                let region = RegionCandidate(
                    id: "\(id)/\(segment.id)", path: path, size: numbers.size, kind: .image, label: label, part: part,
                    masks: [FrameMask(frame: 0, runs: RunLengthEncoding(numbers.mask(of: segment.id)))])
                try table.add(region, source: source)
            }
        }
    }

    private static func annotation(_ json: inout JSONReader) throws -> (TrackID?, String, [Segment]) {
        var picture: TrackID?, file = "", segments: [Segment] = []
        try json.object { json, key in
            switch key {
            case "image_id": picture = try json.optionalTrackID()
            case "file_name": file = try json.string()
            case "segments_info": try json.array { json, _ in segments.append(try segment(&json)) }
            default: try json.skip()
            }
        }
        return (picture, file, segments)
    }

    private static func segment(_ json: inout JSONReader) throws -> Segment {
        var segment = Segment()
        try json.object { json, key in
            switch key {
            case "id": segment.id = try json.integer()
            case "category_id": segment.category = try json.optionalInteger()
            case "iscrowd": segment.isCrowd = try json.flag()
            default: try json.skip()
            }
        }
        return segment
    }

    /// Segment ids of a PNG's pixels.
    private struct Numbers {
        let size: PictureSize
        let values: [Int]

        func mask(of number: Int) -> Mask {
            Mask(width: size.width, height: size.height, pixels: values.map { $0 == number ? 1 : 0 })
        }
    }

    private static func numbers(_ path: String) throws -> Numbers {
        let picture = try InputError.translating { try ImageDecoder.rgb(path: path) }
        let pixels = picture.pixels
        let values = (0..<picture.width * picture.height).map { place -> Int in
            let red = Int(pixels[place * 3]), green = Int(pixels[place * 3 + 1]), blue = Int(pixels[place * 3 + 2])
            return red | green << 8 | blue << 16
        }
        return Numbers(size: PictureSize(width: picture.width, height: picture.height), values: values)
    }
}
