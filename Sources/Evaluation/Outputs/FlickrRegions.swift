import Files
import Foundation
import Imaging
import Masks

/// Phrases of Flickr30k Entities and their boxes. Sources: Plummer et al., "Flickr30k Entities" (ICCV 2015), and the COCO files
/// of MDETR (`final_flickr_separateGT_test.json`), where an image is one of its sentences.
enum FlickrRegions {
    /// - Parameter path: the folder with `Annotations/ID.xml` and `Sentences/ID.txt`, or a COCO file.
    static func read(_ path: String) throws -> [OutputsRegion] {
        guard let status = FileStatus(path) else { throw InputError(.notFound, "\(path): no such file or folder") }
        return try status.isFolder ? entities(path) : phrases(path)
    }

    // MARK: One COCO file

    /// One region per annotation; the reference is the part of its sentence marked by `tokens_positive`.
    private static func phrases(_ path: String) throws -> [OutputsRegion] {
        let document = try JSONPlace(file: path, expected: "COCO annotations of phrases, or the folder of Flickr30k Entities")
        let pictures = try COCORegions.Pictures(document)
        return try document["annotations"].array().map { annotation in
            let picture = try pictures.picture(of: annotation), sentence = Array(try picture.json["caption"].string().unicodeScalars)
            let phrases = try annotation["tokens_positive"].array().map { span in
                let ends = try span.array().map { try $0.integer() }
                guard ends.count == 2, 0 <= ends[0], ends[0] < ends[1], ends[1] <= sentence.count else {
                    throw span.wrong(expected: "beginning and end of a phrase of the caption")
                }
                return String(String.UnicodeScalarView(sentence[ends[0]..<ends[1]]))
            }
            guard !phrases.isEmpty else { throw try annotation["tokens_positive"].wrong(expected: "a phrase") }
            return OutputsRegion(
                key: "\(try annotation["id"].integer())", file: picture.file, size: picture.size,
                shape: try COCORegions.shape(of: annotation), references: phrases, place: annotation.place)
        }
    }

    // MARK: The published folder

    /// One region per entity with boxes, as their union; the references are its phrases in the sentences.
    private static func entities(_ folder: String) throws -> [OutputsRegion] {
        let annotations = folder + "/Annotations"
        guard let names = folderNames(annotations) else {
            throw InputError(.notFound, annotations, found: "no folder", expected: "Annotations and Sentences of Flickr30k Entities")
        }
        return try names.filter { $0.hasSuffix(".xml") }.sorted().flatMap { name -> [OutputsRegion] in
            let id = String(name.dropLast(4)), place = "\(annotations)/\(name)"
            let picture = try FlickrPicture(path: place), phrases = try sentences("\(folder)/Sentences/\(id).txt")
            return picture.boxes.sorted { $0.key < $1.key }.compactMap { entity, boxes in
                guard let texts = phrases[entity] else { return nil }
                return OutputsRegion(
                    key: "\(id)-\(entity)", file: id + ".jpg", size: picture.size,
                    shape: .boxes(boxes, place: "\(place): entity \(entity)"), references: texts, place: place)
            }
        }
    }

    /// Distinct phrases by entity, in the order of the sentences: `[/EN#ENTITY/KIND... words]`.
    private static func sentences(_ path: String) throws -> [String: [String]] {
        guard let data = fileContents(path) else { throw InputError(.notFound, "\(path): no such file") }
        var phrases: [String: [String]] = [:]
        for match in String(decoding: data, as: UTF8.self).matches(of: /\[\/EN#([^\/\]\s]+)[^\]\s]*\s+([^\]]+)\]/) {
            let entity = String(match.1), phrase = String(match.2)
            if phrases[entity]?.contains(phrase) != true { phrases[entity, default: []].append(phrase) }
        }
        return phrases
    }
}

/// Boxes of an image of Flickr30k Entities: `object` elements with one or more `name` and a `bndbox` of one-based, inclusive
/// pixels; entities without one are scenes or not visible.
struct FlickrPicture {
    private(set) var size = PictureSize(width: 0, height: 0)
    private(set) var boxes: [String: [Rectangle]] = [:]

    init(path: String) throws {
        guard let data = fileContents(path) else { throw InputError(.notFound, "\(path): no such file") }
        var names: [String] = [], edges: [String: Double] = [:], sides: [String: Double] = [:]
        do {
            try XMLReader.read(Array(data)) { event in
                guard case .end(let element, let text) = event else { return }
                let number = Double(text.trimmingCharacters(in: .whitespacesAndNewlines))
                switch (element.path.last, element.name) {
                case ("object", "name"): names.append(text)
                case ("bndbox", let edge): edges[edge] = number
                case ("size", let side): sides[side] = number
                case (_, "object"):
                    try add(names, edges)
                    (names, edges) = ([], [:])
                default: break
                }
            }
        } catch let error as InputError where error.place == nil { throw InputError(.invalid, "\(path): \(error)") }
        guard let width = sides["width"].flatMap(Int.init(exactly:)), let height = sides["height"].flatMap(Int.init(exactly:)),
            width > 0, height > 0
        else { throw InputError(.invalid, path, found: "no size", expected: "width and height of the picture") }
        size = PictureSize(width: width, height: height)
    }

    private mutating func add(_ names: [String], _ edges: [String: Double]) throws {
        guard !edges.isEmpty else { return }
        let numbers = ["xmin", "ymin", "xmax", "ymax"].compactMap { edges[$0] }
        guard numbers.count == 4, numbers[0] <= numbers[2], numbers[1] <= numbers[3] else {
            throw InputError(found: "a bndbox of \(edges.sorted { $0.key < $1.key }.map(\.key))", expected: "xmin <= xmax, ymin <= ymax")
        }
        let box = Rectangle(
            left: numbers[0] - 1, top: numbers[1] - 1, width: numbers[2] - numbers[0] + 1, height: numbers[3] - numbers[1] + 1)
        for name in names { boxes[name, default: []].append(box) }
    }
}
