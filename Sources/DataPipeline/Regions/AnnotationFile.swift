import Files
import Foundation
import Imaging
import Masks

/// A JSON file of annotations, parsed as a stream, because those of published data sets can exceed a gigabyte.
struct AnnotationFile {
    let path: String
    private let bytes: [UInt8]

    /// - Throws: `InputError` if it cannot be read.
    init(_ path: String) throws {
        guard let data = fileContents(path) else { throw InputError(.notFound, "\(path): no such file, or not readable") }
        self.path = path
        bytes = UTF8Text.bytes(Array(data))
    }

    /// Reads it as one JSON value.
    /// - Throws: what `body` throws, and `InputError` with the position of invalid JSON.
    func read(_ body: (inout JSONReader) throws -> Void) throws {
        var json = JSONReader(bytes)
        do {
            try body(&json)
            try json.end()
        } catch let fault as JSONFault {
            throw InputError(.invalid, path, found: "\(fault.found) at byte \(fault.offset)", expected: fault.expected)
        }
    }

    /// Keys of the object, or of the first object in the list.
    func keys() throws -> (keys: Set<String>, isList: Bool) {
        var keys: Set<String> = [], isList = false
        try read { json in
            isList = try json.kind() == .array
            guard isList else {
                keys = try json.keys()
                return try json.skip()
            }
            try json.array { json, place in
                if place == 0, try json.kind() == .object { keys = try json.keys() }
                try json.skip()
            }
        }
        return (keys, isList)
    }
}

/// An image of a COCO file.
struct AnnotatedPicture {
    var id: TrackID?
    var file = ""
    var size: PictureSize?

    init(_ json: inout JSONReader) throws {
        var width: Int?, height: Int?, address: String?, name: String?, id: TrackID?
        try json.object { json, key in
            switch key {
            case "id", "image_id": id = try json.optionalTrackID()
            case "width": width = try json.optionalInteger()
            case "height": height = try json.optionalInteger()
            case "file_name": name = try json.optionalString()
            case "coco_url": address = try json.optionalString()
            default: try json.skip()
            }
        }
        self.id = id
        // LVIS gives only a URL to load an image from: `http://.../val2017/NAME`.
        file = name ?? address?.split(separator: "/").suffix(2).joined(separator: "/") ?? ""
        if let width, let height { size = PictureSize(width: width, height: height) }
    }

    /// All images and categories of a file.
    static func all(in file: AnnotationFile) throws -> (pictures: [TrackID: AnnotatedPicture], names: [Int: String]) {
        var pictures: [TrackID: AnnotatedPicture] = [:], names: [Int: String] = [:]
        func add(_ picture: AnnotatedPicture, _ json: inout JSONReader) throws {
            guard let id = picture.id else { throw json.fault("an image without id", expected: "\"id\"") }
            guard pictures.updateValue(picture, forKey: id) == nil else { throw json.fault("image \(id) twice", expected: "each once") }
        }
        try file.read { json in
            try json.object { json, key in
                switch key {
                case "images": try json.array { json, _ in try add(AnnotatedPicture(&json), &json) }
                case "categories": names = try json.categories()
                default: try json.skip()
                }
            }
        }
        return (pictures, names)
    }
}
