import Foundation
import Imaging
import Media

/// labelme's files, one per frame: `shapes` with label, points and optional group, and the image size. As in labelme, shapes of
/// one label and group are one object; if no shape has a group and no frame repeats a label, labels identify objects.
///
/// Source: labelme, `labelme/_label_file.py` and `labelme/utils/shape.py`.
enum LabelmeDetections {
    private struct Object {
        let label: String
        let group: TrackID?
        var score: Double?
        var shapes: [(shape: DetectedShape, box: Rectangle)] = []
    }

    /// - Parameters:
    ///   - path: path of the folder, or of one file.
    ///   - files: paths of the frames' files.
    /// - Throws: `MaskError`.
    static func read(_ path: String, files: [String], clip: ClipFacts, keepsGoing: Bool) throws -> DetectionTable {
        var table = DetectionTable(path: path, format: .labelme, keepsGoing: keepsGoing)
        let named: FrameNames
        do {
            named = try FrameNames(files.map(FileNames.lastPart), stills: clip.frameOfStill)
        } catch {
            let index = switch error { case .noNumber(let index), .tooLarge(let index): index }
            throw MaskError(
                path: files.indices.contains(index) ? files[index] : path, found: "a name without the number of a frame",
                expected: "a frame number, or the name of a still")
        }
        (table.isPlaced, table.isInOrder) = (named.arePlaced, named.areInOrder)
        if let note = named.note { table.note(note) }
        var frames: [(key: Int, objects: [Object])] = []
        for (file, key) in zip(files, named.frames) {
            try table.attempt(FileNames.lastPart(file)) { table in
                let (objects, size, other) = try LabelmeFile.read(file)
                if let size { try table.take(size: size) }
                try table.annotate(frame: key)
                frames.append((key, joined(objects)))
                if other > 0 { table.note("\(FileNames.lastPart(file)): \(other) points and lines are ignored") }
            }
        }
        let areGrouped = frames.contains { $0.objects.contains { $0.group != nil } }
        let areNamed = !areGrouped && frames.allSatisfy { Set($0.objects.map(\.label)).count == $0.objects.count }
        if areNamed, frames.count > 1 { table.note("no shape has a group, and no frame repeats a label: objects are identified by label") }
        let labels = Dictionary(grouping: frames.flatMap(\.objects), by: \.group).mapValues { Set($0.map(\.label)).count }
        for (key, objects) in frames {
            for object in objects {
                // Groups that hold several objects are distinguished by label.
                let group = object.group.map { labels[$0] == 1 ? $0 : .name("\(object.label) \($0)") }
                let identity = group ?? (areNamed ? .name(object.label) : nil)
                try table.attempt("frame \(key), \(object.label)") { table in
                    let (shape, box) = try DetectedShape.union(object.shapes, size: table.size ?? clip.size)
                    try table.add(
                        DetectionRow(key: key, box: box, shape: shape, label: object.label, score: object.score, identity: identity))
                }
            }
        }
        return table
    }

    /// Joins shapes of one label and group into one object.
    private static func joined(_ shapes: [LabelmeFile.Shape]) -> [Object] {
        var objects: [Object] = []
        for shape in shapes {
            if shape.group != nil, let index = objects.firstIndex(where: { $0.group == shape.group && $0.label == shape.label }) {
                objects[index].shapes.append((shape.shape, shape.box))
            } else {
                objects.append(Object(label: shape.label, group: shape.group, score: shape.score, shapes: [(shape.shape, shape.box)]))
            }
        }
        return objects
    }
}

/// One labelme file.
enum LabelmeFile {
    struct Shape {
        var label = ""
        var group: TrackID?
        var score: Double?
        var shape = DetectedShape.box
        var box = Rectangle(left: 0, top: 0, width: 0, height: 0)
    }

    private struct Entry {
        var label = ""
        var group: TrackID?
        var score: Double?
        var type = "polygon"
        var points: [Double] = []
        var png: [UInt8]?
    }

    private static let corners = 64

    /// - Returns: shapes, the image size if the file has it, and the number of points and lines.
    /// - Throws: `MaskError`.
    static func read(_ path: String) throws -> (shapes: [Shape], size: PictureSize?, passedOver: Int) {
        var entries: [Entry] = [], width: Int?, height: Int?
        try MaskDocument(path: path).read { json in
            try json.object { json, key in
                switch key {
                case "imageWidth": width = try json.optionalInteger()
                case "imageHeight": height = try json.optionalInteger()
                case "shapes": try json.array { json, _ in entries.append(try entry(&json)) }
                default: try json.skip()
                }
            }
        }
        var size: PictureSize?
        if let width, let height { size = PictureSize(width: width, height: height) }
        var shapes: [Shape] = []
        for (index, entry) in entries.enumerated() {
            do {
                if let shape = try shape(entry, path: path, size: size) { shapes.append(shape) }
            } catch let error as InputError {
                throw MaskError(path: path, reason: .atPlace("shape \(index + 1)", "\(error)"))
            }
        }
        return (shapes, size, entries.count - shapes.count)
    }

    private static func entry(_ json: inout JSONReader) throws -> Entry {
        var entry = Entry()
        try json.object { json, key in
            switch key {
            case "label": entry.label = try json.string()
            case "group_id", "track_id": entry.group = try json.optionalTrackID() ?? entry.group
            case "score": entry.score = try json.optionalNumber()
            case "shape_type": entry.type = try json.optionalString() ?? entry.type
            case "points":
                try json.array { json, _ in
                    var count = 0
                    try json.array { json, _ in
                        entry.points.append(try json.number())
                        count += 1
                    }
                    guard count == 2 else { throw json.fault("a point of \(count) numbers", expected: "[x, y]") }
                }
            case "mask" where try json.kind() == .string:
                entry.png = Data(base64Encoded: Data(try json.stringBytes())).map { Array($0) } ?? []
            default: try json.skip()
            }
        }
        guard entry.points.allSatisfy({ abs($0) <= 1e9 }) else { throw json.fault("a point beyond any picture", expected: "pixels") }
        return entry
    }

    /// - Returns: nil for points and lines.
    private static func shape(_ entry: Entry, path: String, size: PictureSize?) throws -> Shape? {
        var shape = Shape(label: entry.label, group: entry.group, score: entry.score)
        let points = entry.points
        switch entry.type {
        case "rectangle", "mask":
            guard points.count == 4, let box = Rectangle(around: points) else {
                throw InputError(found: "a \(entry.type) of \(points.count / 2) points", expected: "two")
            }
            shape.box = box
            if entry.type == "mask" { try take(mask: entry, path: path, size: size, into: &shape) }
        case "circle":
            guard points.count == 4 else {
                throw InputError(found: "a circle of \(points.count / 2) points", expected: "its middle and one of its edge")
            }
            let x = points[2] - points[0], y = points[3] - points[1], radius = (x * x + y * y).squareRoot()
            (shape.shape, shape.box) = try DetectedShape.polygon((0..<corners).flatMap { corner in
                let angle = 2 * Double.pi * Double(corner) / Double(corners)
                return [points[0] + radius * cos(angle), points[1] + radius * sin(angle)]
            })
        case "polygon", "oriented_rectangle", "rotation": (shape.shape, shape.box) = try DetectedShape.polygon(points)
        default: return nil
        }
        return shape
    }

    /// Reads a mask, an image of the pixels from the first point to the last, inclusive.
    private static func take(mask entry: Entry, path: String, size: PictureSize?, into shape: inout Shape) throws {
        guard let png = entry.png, let size else {
            throw InputError(
                found: entry.png == nil ? "a mask shape without mask" : "a mask, but no imageWidth and imageHeight", expected: "both")
        }
        let labels: LabelImage
        do {
            labels = try ImageDecoder.labels(png: png, path: path)
        } catch {
            throw InputError(found: "a mask that is no PNG", expected: "a grey one in base64")
        }
        guard let stored = StoredMask(labels.foreground, left: Int(shape.box.left), top: Int(shape.box.top), in: size) else {
            throw InputError(found: "a mask without a pixel in the picture", expected: "at least one")
        }
        (shape.shape, shape.box) = (.mask(stored), Rectangle(stored.box))
    }
}
